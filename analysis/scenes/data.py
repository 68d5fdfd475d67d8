"""What scenes about networks rest on beside code: the content of data sets."""


def content(name: str) -> str:
    """A digest of a data set's inputs and labels; reading it is what loads torch."""
    from analysis.sides.neurons import data_digest  # noqa: PLC0415 - torch waits for the scene that needs it

    return data_digest(name)
