"""What every task learns with: estimators, out-of-fold scores, calibration, the threshold, explanations."""
