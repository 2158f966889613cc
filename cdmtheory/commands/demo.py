"""``cdmtheory demo``: a proof, a refutation and a figure in under a minute."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

EPILOG = """examples:
  cdmtheory demo                  draws cdmtheory-demo.svg here
  cdmtheory demo --out plot.pdf   draws there
"""
CLAIMS = '''from sympy import Eq
from cdmtheory import Claim, L, critically_damped, eta, mu, sqrt, worst_rate

rate = worst_rate(critically_damped(eta, mu))  # the slowest eigenvalue in [mu, L]

true = Claim("Damped critically at mu, every step up to Polyak's contracts at 1 - sqrt(eta mu).",
             given=[eta <= 4 / (sqrt(L) + sqrt(mu)) ** 2], that=Eq(rate, 1 - sqrt(eta * mu)))

almost = Claim("So does every step up to 4/(L + 3 mu).",
               given=[eta <= 4 / (L + 3 * mu)], that=Eq(rate, 1 - sqrt(eta * mu)))
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the figure goes."""
    parser.add_argument("--out", default="cdmtheory-demo.svg", metavar="FILE", help="the figure; .svg, .pdf or .png (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Show; 0 if everything came out as it should."""
    from cdmtheory.collect import collect
    from cdmtheory.commands import USAGE_ERROR
    from cdmtheory.engine.session import verify_all
    from cdmtheory.files import check_writable
    from cdmtheory.report.terminal import Terminal

    terminal = Terminal(sys.stdout)
    try:
        check_writable(options.out)
        if not options.out.lower().endswith((".svg", ".pdf", ".png")):
            raise ValueError(f"--out {options.out}: allowed endings are .svg, .pdf and .png")
    except (ValueError, OSError) as error:
        Terminal(sys.stderr).error(str(error))
        return USAGE_ERROR
    terminal.say("1. Two claims about the rate on every spectrum in [mu, L]; one is true, the other is off by very little:", heading=True)
    terminal.say("\n" + CLAIMS)
    terminal.say("2. What the command verify says of them:", heading=True)
    terminal.say("")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.py"
        file.write_text(CLAIMS, encoding="utf-8")
        with terminal.progress(range(2)) as progress:
            session = verify_all(collect([str(file)]), timeout=60, on_progress=progress)
    for verdict in session.verdicts:
        terminal.verdict(verdict.with_(id=f"claims.py::{verdict.id.partition('::')[2]}"))
    terminal.say("\nPROVED is about all mu, L and eta at once; the counterexample is a point in exact numbers.\n")
    terminal.say(f"3. What the two claims are about, drawn in {options.out}: the spectral radius at every eigenvalue.", heading=True)
    from cdmtheory.report.figures import FIGURES
    from cdmtheory.report.figures.over_a_spectrum import spectral_radius
    from cdmtheory.report.plots import save

    save(options.out, spectral_radius, caption=FIGURES["spectral_radius"].caption)
    terminal.say("\nNext: save the claims above as my_claims.py, change them, and run cdmtheory verify my_claims.py")
    return 0 if [v.verdict for v in session.verdicts] == ["PROVED", "REFUTED"] else session.exit_code or 1
