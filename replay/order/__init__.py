"""Whether the rows of a log stand in the order of their logging, told without any reward."""
