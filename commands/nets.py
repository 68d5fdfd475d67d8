"""`nets`: networks that are trained here, or probed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_FAILED
from commands.interruption import checkpointed
from commands.options import (
    KEEP,
    RUN,
    SHOW,
    AsJson,
    Config,
    DataName,
    Debug,
    DropProb,
    DryRun,
    Layers,
    Out,
    Quiet,
    RootSeed,
    Settings,
    StoreFolder,
    Width,
    spec_values,
)
from commands.places import going_on, named, places
from commands.printing import console, print_entry
from commands.progress import with_epochs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.experiments.training import TrainingSpec
    from analysis.runs.store import Store

nets = typer.Typer(help="Networks: train them without and with dropout, or probe one that is trained already.")

Model = Annotated[
    str,
    typer.Argument(
        metavar="PACKAGE.MODULE:FACTORY", help="What builds the model; modules in the current folder count too."
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(help="Its weights: a state dict, .pt or .safetensors (default: as built).", rich_help_panel=RUN),
]
BuiltWith = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Arguments of the factory.", rich_help_panel=RUN),
]
Shape = Annotated[
    str | None,
    typer.Option(metavar="1,28,28", help="Shape of an input (default: as the data have it).", rich_help_panel=RUN),
]
Tokens = Annotated[bool, typer.Option("--tokens", help="Inputs are whole numbers, as int64.", rich_help_panel=RUN)]


@nets.command("probe")
def nets_probe(
    model: Model,
    layer: Annotated[str | None, typer.Option(help="Its layer, as nets list names it.", rich_help_panel=RUN)] = None,
    data: Annotated[
        str, typer.Option(help="digits, idx:FOLDER, arrays:FILE.npz (inputs, labels), ...", rich_help_panel=RUN)
    ] = "digits",
    weights: Weights = None,
    set_: BuiltWith = None,
    shape: Shape = None,
    tokens: Tokens = False,
    examples: Annotated[
        int, typer.Option(min=2, help="Examples, at most, drawn by the seed.", rich_help_panel=RUN)
    ] = 512,
    masks: Annotated[
        int, typer.Option(min=64, help="Presence masks; all of them where there are no more.", rich_help_panel=RUN)
    ] = 8192,
    background: Annotated[
        str, typer.Option(help="What an absent element gives: zero, mean or resample.", rich_help_panel=RUN)
    ] = "zero",
    kind: Annotated[
        str | None, typer.Option(help="units, channels, heads, activations (default: what fits).", rich_help_panel=RUN)
    ] = None,
    outputs: Annotated[
        str, typer.Option(help="What the model gives: scores, or probabilities.", rich_help_panel=RUN)
    ] = "scores",
    seed: Annotated[int, typer.Option(min=0, help="Of masks and examples.", rich_help_panel=RUN)] = 0,
    out: Out = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print probe.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """How co-adapted are the units of one layer of a trained network? Figure, table, JSON.

    Weights are read as plain tensors: no code in the file is run. The data should be ones that the network was not
    trained on.

    Examples:

    - `mixability nets probe mynets:small_cnn --weights cnn.pt --layer conv2 --data idx:FOLDER --shape 1,28,28`

    - `mixability nets probe mynets:mlp --set width=64 --weights mlp.safetensors --layer 1 --data arrays:test.npz`
    """
    from analysis.probing.command import Asked, play
    from analysis.probing.report import print_probe, to_json, write_probe
    from analysis.runs.folder import RunFolder
    from analysis.runs.spec import dump_toml

    asked = Asked(
        model=model, layer=layer, data=data, weights=weights, settings=tuple(set_ or ()), shape=shape, tokens=tokens,
        examples=examples, masks=masks, background=background, kind=kind, outputs=outputs, seed=seed,
    )  # fmt: skip
    folder = RunFolder(out or Path("runs") / named("probe", asked.identity()))
    if not quiet and layer is not None:
        typer.echo(f"probing layer {layer} of {model}", err=True)
    found, origin = play(asked)
    folder.claim(dump_toml(asked, "What was asked of the network."), "a folder of its own")
    write_probe(found, folder.path, origin)
    if json:
        typer.echo(to_json(found))
        return
    print_probe(found, console())
    typer.echo(f"\nFigure, its numbers and probe.json: {folder.path}")


@nets.command("list")
def nets_list(
    model: Model,
    data: Annotated[
        str | None, typer.Option(help="Data to run it on, which tells how often layers are used.", rich_help_panel=RUN)
    ] = None,
    weights: Weights = None,
    set_: BuiltWith = None,
    shape: Shape = None,
    tokens: Tokens = False,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Every layer of a network that can be probed, with what it is made of.

    Example: `mixability nets list mynets:small_cnn --data digits --shape 1,8,8`
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from analysis.probing.command import Asked, list_layers

    asked = Asked(model=model, data=data or "", weights=weights, settings=tuple(set_ or ()), shape=shape, tokens=tokens)
    found = list_layers(asked)
    if json:
        from dataclasses import asdict
        from json import dumps

        typer.echo(dumps([asdict(layer) for layer in found], indent=2))
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("layer", "class", "elements", "used"):
        table.add_column(heading, justify="right" if heading == "elements" else "left")
    for layer in found:
        used = "" if layer.calls is None else "once" if layer.calls == 1 else f"{layer.calls} times: cannot be probed"
        elements = f"{'' if layer.count is None else layer.count} {layer.kind}".strip()
        table.add_row(*map(Text, (layer.name, layer.module, elements, used + ", gives the scores" * layer.last)))
    console().print(table)


@nets.command("train")
def nets_train(
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Published setting; nets recipes lists them.", rich_help_panel=RUN),
    ] = None,
    scale: Annotated[
        str, typer.Option(help="Of a published setting: small (default) or paper.", rich_help_panel=RUN)
    ] = "small",
    data: DataName = None,
    train_size: Annotated[
        int | None, typer.Option(help="Training examples (default 600).", rich_help_panel=RUN)
    ] = None,
    layers: Layers = None,
    width: Width = None,
    drop_prob: DropProb = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training examples (default 100).", rich_help_panel=RUN)
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Networks in each arm (default 5), trained side by side.", rich_help_panel=RUN)
    ] = None,
    seed: RootSeed = None,
    set_: Settings = None,
    config: Config = None,
    out: Out = None,
    store: StoreFolder = None,
    device: Annotated[
        str, typer.Option(help="cpu, cuda, or auto: cuda where there is one.", rich_help_panel=KEEP)
    ] = "auto",
    checkpoint: Annotated[
        float, typer.Option(min=0.0, help="Seconds between checkpoints.", rich_help_panel=KEEP)
    ] = 30.0,
    dry_run: DryRun = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Networks without and with dropout, side by side: learning curves, filters, sparsity, with intervals.

    All replicates are trained as one batch, each on random streams of its own. What is finished is kept: run the same
    command again and it goes on where it stopped.

    Examples:

    - `mixability nets train --replicates 20`

    - `mixability nets train --recipe srivastava-features --scale small`

    - `mixability nets train --set recipe.architecture=cnn --set recipe.conv_drop_prob=0.2`
    """
    from analysis.experiments.cells import cells_of, run_of
    from analysis.experiments.training import TrainingSpec, check, memory, published
    from analysis.numbers import counted
    from analysis.runs.spec import SpecError, build, dump_toml, read_toml

    if recipe and config:
        raise SpecError(["give --recipe or --config, not both: each is a whole setting"])
    base = published(recipe, scale) if recipe else read_toml(config) if config else {}
    # An option takes the place of what it would otherwise be overruled by.
    for given, overruling in ((layers or width, "widths"), (epochs, "steps")):
        if given is not None:
            base.get("recipe", {}).pop(overruling, None)
    flags = {
        "data": data,
        "train_size": train_size,
        "recipe.layers": layers,
        "recipe.width": width,
        "recipe.drop_prob": drop_prob,
        "recipe.epochs": epochs,
        "replicates": replicates,
        "seed": seed,
    }
    spec = build(TrainingSpec, spec_values(None, set_, flags, base))
    needed = memory(spec, check(spec))
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(f"# {counted(len(spec.arms) * spec.replicates, 'network')}: about {needed / 1e9:.2g} GB")
        return
    name = named("training", spec.identity())
    folder, kept = places(out, name, store, dump_toml(spec))
    again = going_on("nets train", folder, store)
    kept.note(run_of(name, again, folder, spec.identity(), cells_of("training", spec, range(spec.replicates))))
    _train(spec, folder, kept, device, checkpoint, again, show=not quiet, json=json)


def _train(
    spec: "TrainingSpec",
    path: Path,
    store: "Store",
    device: str,
    checkpoint: float,
    again: str,
    *,
    show: bool,
    json: bool,
) -> None:
    """Train what is missing, then write and print what is to be seen."""
    from analysis.experiments.training import EXPERIMENT, failures, gathered, run
    from analysis.numbers import counted
    from analysis.runs.record import code_digest, provenance
    from analysis.training.report import report

    if show:
        each = " in each arm" if len(spec.arms) > 1 else ""
        typer.echo(f"training {counted(spec.replicates, 'network')}{each}: {spec.summary}", err=True)
    with checkpointed(store, again), with_epochs(spec, show=show and sys.stderr.isatty()) as progress:
        run(spec, store, device=device, every=checkpoint, progress=progress)
    training = gathered(spec, store)
    failed = failures(spec, training)
    for failure in failed:
        typer.echo(failure, err=True)
    if any(arm.diverged.all() for arm in training.arms):
        typer.echo("no network of an arm is left, so there is nothing to show", err=True)
        raise SystemExit(EXIT_FAILED)
    came_from = provenance(spec.identity(), code_digest(EXPERIMENT.computing))
    made = report(training, path, origin=spec.origin, provenance=came_from)
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        typer.echo(made.table)
        for reading in made.readings:
            typer.echo(reading)
        typer.echo(f"Figures, curves and numbers: {path}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if failed:
        raise SystemExit(EXIT_FAILED)


@nets.command("recipes")
def nets_recipes(
    json: AsJson = False,
) -> None:
    """Published settings that nets train takes by name, with the number that was reported for each.

    Example: `mixability nets recipes`
    """
    from nets.recipes import RECIPES

    if json:
        from json import dumps

        typer.echo(dumps({name: {"says": one.says, **one.rows()} for name, one in RECIPES.items()}, indent=2))
        return
    _print_glossary((name, one.says, one.rows()) for name, one in RECIPES.items())


@nets.command("data")
def nets_data(
    json: AsJson = False,
) -> None:
    """Data sets that --data takes, with their sizes, ranges and sources.

    Example: `mixability nets data`
    """
    from nets.data import DATASETS, usage

    facts = ("examples", "features", "classes", "values", "source")
    found = {usage(name): {fact: getattr(one, fact) for fact in facts} for name, one in DATASETS.items()}
    if json:
        from json import dumps

        typer.echo(dumps(found, indent=2))
        return
    _print_glossary((usage(name), one.description, found[usage(name)]) for name, one in DATASETS.items())


def _print_glossary(entries: "Iterable[tuple[str, str, dict[str, str]]]") -> None:
    """A glossary: a name, what it means, and a few rows about it."""
    from rich.text import Text

    out = console(110)
    for name, says, rows in entries:
        title = Text.assemble((name, "bold"), f"  {says}")
        print_entry(out, title, ((Text(heading, style="dim"), Text(text)) for heading, text in rows.items()))
