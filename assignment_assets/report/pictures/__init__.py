"""Pictures of a cycle: frames in, PNG bytes out, each at most 300 kB and 1,100 pixels wide.

Each headline says what is to be seen; each picture says so in words where there is nothing to draw.
"""

from assignment_assets.report.pictures.balance import balance_before_after
from assignment_assets.report.pictures.canvas import data_uri, markdown
from assignment_assets.report.pictures.drive import drive_time_distribution
from assignment_assets.report.pictures.front import front
from assignment_assets.report.pictures.funnel import funnel
from assignment_assets.report.pictures.map import map_before_after, map_of_owners
from assignment_assets.report.pictures.overflow import overflow_by_state
from assignment_assets.report.pictures.sizes import book_sizes

__all__ = [
    "balance_before_after",
    "book_sizes",
    "data_uri",
    "drive_time_distribution",
    "front",
    "funnel",
    "map_before_after",
    "map_of_owners",
    "markdown",
    "overflow_by_state",
]
