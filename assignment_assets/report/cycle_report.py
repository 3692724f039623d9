"""One HTML file that tells a whole cycle."""

from assignment_assets.report.inputs import ReportInput


def render(report: ReportInput) -> str:
    """The cycle's report as one HTML file: opens without a network, prints, fits a desk and a phone."""
    raise NotImplementedError
