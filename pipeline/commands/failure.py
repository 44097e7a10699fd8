"""Why a run of DVC failed, without the noise around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.commands.dvc_process import dvc_fault
from pipeline.commands.stage_words import in_words

FAULT = "FOUT "
_FAILED_STAGE = re.compile(r"ERROR: failed to reproduce '([^']+)': failed to run: .*, exited with (-?\d+)")
_FROM_DVC = "ERROR: "


@dataclass(frozen=True)
class Failure:
    """Lines for the analyst, and the exit status."""

    lines: tuple[str, ...]
    status: int


def explain_failure(output: Sequence[str]) -> Failure:
    """Explain a failed run from what DVC and its last stage wrote.

    A stage that names its faults has said it all; of one that does not, everything that it wrote is passed on.
    """
    failed = next((found for line in output if (found := _FAILED_STAGE.match(line)) is not None), None)
    if failed is None:
        return Failure((f"{FAULT}{dvc_fault(output)}",), 1)
    stage, status = failed[1], int(failed[2])
    faults = [line for line in output if line.startswith(FAULT)]
    if not faults:
        faults = [line for line in output if not line.startswith(_FROM_DVC)]
        faults.append(f"{FAULT}{stage}: onverwacht gestopt (status {status}); meld dit met de regels hierboven.")
    stopped = f"De run stopte bij: {in_words(stage)}. Uitkomsten van eerder zijn bewaard."
    return Failure((*faults, stopped), status if status > 0 else 1)
