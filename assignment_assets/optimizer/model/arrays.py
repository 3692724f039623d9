"""Names of the arrays that the compiled loops take. They say what a loop is called with; numba looks at the values."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
RepArray = npt.NDArray[np.int32]  # reps, states, accounts and places among them
CodeArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]
MinuteArray = npt.NDArray[np.uint16]
Prices = tuple[FloatArray, FloatArray]  # of seats (float64[R]) and of balance (float64[R, K])
