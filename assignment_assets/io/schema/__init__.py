"""Which version a store's tables have, and the steps that lead from an older one to this release's."""
