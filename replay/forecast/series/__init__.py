"""Series of counts and measures by hour or day, and the scales that they are modelled on."""
