"""What is drawn: accepted sites, near misses of them, sites with several slips; which are run."""
