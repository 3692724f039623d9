"""Who does the optimiser's units of work: processes, Dask, and where searches note how far they are."""
