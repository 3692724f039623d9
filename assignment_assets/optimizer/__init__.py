"""The algorithm: instance → seats → bounds → seeds → evolution → polish → books. Pure; the only room that uses pymoo.

Importing this package is cheap: numba and pymoo are loaded by the first call of `solve_referring` or `complete`.
"""
