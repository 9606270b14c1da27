"""What happened: distributions, cohorts, segments, funnels, paths, baskets, search words, market share."""
