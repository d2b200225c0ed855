"""Learning from rewards: labelers' and pools' accuracy, calibration, and a task's posterior."""
