"""HTML: the templates of all pages, what fills them, and the mark of a verdict."""
