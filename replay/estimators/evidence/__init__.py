"""Evidence: what the sums of estimators say of their variance, for any rule of intervals."""
