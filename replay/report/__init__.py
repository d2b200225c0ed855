"""How an evaluation is read: on a terminal, as JSON, as one page, in a notebook."""
