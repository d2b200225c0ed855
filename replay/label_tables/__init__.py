"""Tables of labels as people and labeling tools write them: which column is what, and its rows."""
