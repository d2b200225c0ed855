"""HTML: tags, a page's frame and style, and the mark of a verdict."""
