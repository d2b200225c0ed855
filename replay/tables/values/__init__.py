"""Values of columns as numbers, names, times, clusters and distributions, with what is wrong."""
