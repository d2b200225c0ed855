"""What is learned from rewards: labelers, pools, calibration, and the posterior of a task."""
