"""The report as plain data: all figures, the summary, and what is to be done."""
