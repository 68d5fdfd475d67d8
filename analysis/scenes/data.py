"""What scenes about networks rest on beside code: the content of data sets."""

from analysis.runs.spec import SpecError


def content(name: str) -> str:
    """A digest of a data set's inputs and labels; reading it is what loads torch.

    Raises SpecError, with the mend, where the data cannot be had.
    """
    from analysis.sides.neurons import data_digest  # noqa: PLC0415 - torch waits for the scene that needs it
    from nets.data import DataError  # noqa: PLC0415 - as above

    try:
        return data_digest(name)
    except DataError as error:
        raise SpecError([str(error)]) from error
