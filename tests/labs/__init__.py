"""The labs: stored clean, executed from clean kernels, shown in the site."""
