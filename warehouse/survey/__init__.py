"""Estimates of complex samples: the design, the variance, the intervals, and answers. Where figures are stored is not known here."""
