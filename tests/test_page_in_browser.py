"""The page in a real browser, headless Chromium: filter, sort, the panel, themes, narrow screens, print. Skipped where there is none."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cdmtheory import L, critically_damped, eta, gradient_descent, mu, sqrt, stable, worst_rate
from cdmtheory.claims import Claim
from cdmtheory.collect import Collected
from cdmtheory.engine.session import Session
from cdmtheory.methods import heavy_ball
from cdmtheory.modes import characteristic, coefficients_of, regime, residual, spectral_radius
from cdmtheory.report.page import page
from test_page import verdict

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")

RATE = worst_rate(critically_damped(eta, mu))
LONG = Claim("Zebras: a long one.", that=(eta * L + mu + 1) ** 9 * RATE <= (eta * mu + L) ** 9 + sqrt(L) * sum(mu**n for n in range(12)))


@pytest.fixture(scope="module")
def text() -> str:
    claims = {"PROVED": [LONG], "REFUTED": [Claim("Apples are stable.", that=stable(gradient_descent(2 / L)))],
              "UNDECIDED": [Claim("Monkeys.", that=eta > 1), Claim("Bears.", that=eta > 2)]}
    verdicts = [verdict(kind, c, id=f"a.py::{c.title[:4].lower()}", seconds=float(len(c.title))) for kind, several in claims.items() for c in several]
    certificate = Path(__file__).parent.parent / "proofs" / "certificates" / "C1_gradient_descent.best_fixed_step.json"
    verdicts[0] = verdicts[0].with_(certificate=str(certificate))
    entries = [Collected(v.id, c) for v, c in zip(verdicts, [c for several in claims.values() for c in several], strict=True)]
    return page(Session(verdicts, seconds=1.0), entries, command="x")


def browse(folder: Path, *flags: str, source: str) -> str:
    """The document after its scripts ran."""
    file = folder / "page.html"
    file.write_text(source, encoding="utf-8")
    done = subprocess.run([str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=2000",
                           *flags, file.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(folder: Path, text: str, script: str, *flags: str) -> Any:
    """What a script returns that runs in the page after the page's own."""
    source = text.replace("</body>", "<script>const answer = document.createElement('pre'); answer.id = 'answer'; try { answer.textContent = "
                          f"JSON.stringify((() => {{ {script} }})()); }} catch (e) {{ answer.textContent = JSON.stringify(String(e)); }} "
                          "document.body.append(answer);</script></body>")
    found = re.search(r'<pre id="answer">(.*?)</pre>', browse(folder, "--dump-dom", *flags, source=source), re.DOTALL)
    assert found
    import html

    return json.loads(html.unescape(found.group(1)))


SHOWN = "const shown = () => [...document.querySelectorAll('#list > li')].filter(li => !li.hidden).map(li => li.firstElementChild.dataset.title);"
FIRE = "const set = (id, value, kind) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event(kind)); };"


def test_filter_and_sort(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, text, SHOWN + FIRE + """
        const out = [shown()];
        set('find', 'monk', 'input'); out.push(shown(), document.getElementById('shown').textContent);
        set('find', 'nothing like it', 'input'); out.push(shown(), document.getElementById('nothing').hidden);
        document.getElementById('reset').click(); out.push(shown());
        const tick = document.querySelector('input[value=UNDECIDED]'); tick.click(); out.push(shown()); tick.click();
        for (const order of ['severity', 'seconds', 'title', 'number']) { set('sort', order, 'change'); out.push(shown()); }
        return out;""")
    zebra, apple, monkey, bear = "Zebras: a long one.", "Apples are stable.", "Monkeys.", "Bears."
    everything = [zebra, apple, monkey, bear]
    assert found == [everything, [monkey], "1 of 4 claims", [], False, everything, [zebra, apple], [apple, monkey, bear, zebra], [zebra, apple, monkey, bear],
                     [apple, bear, monkey, zebra], everything]


@pytest.mark.parametrize(("etah", "beta"), [(0.3, 0.5), (1.0, 0.0), (0.0625, 0.5625), (2.5, 0.3), (0.01, 0.2), (1.7, -0.4)])
def test_the_panel_computes_what_the_package_defines(tmp_path: Path, text: str, etah: float, beta: float) -> None:
    found = ask(tmp_path, text, f"return [cdmtheory.roots({etah}, {beta}), cdmtheory.residuals({etah}, {beta}, 30)];")
    roots, residuals = found
    c = coefficients_of(heavy_ball(1.0, beta))
    assert roots["radius"] == pytest.approx(spectral_radius(c, etah), rel=1e-7)
    assert roots["regime"] == regime(c, etah).value
    (a, b), (p, q) = roots["pair"]
    trace, determinant = characteristic(c, etah)
    assert a + p == pytest.approx(trace, abs=1e-12)
    assert a * p - b * q == pytest.approx(determinant, abs=1e-12)
    assert residuals == pytest.approx([residual(heavy_ball(1.0, beta), k, etah) for k in range(31)], abs=1e-12)


def test_the_sliders_move_roots_regime_and_curve(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, text, FIRE + """
        const look = () => ['plane', 'curve', 'says'].map(id => document.getElementById(id).innerHTML);
        const seen = [look()];
        set('beta', '0', 'input'); seen.push(look()); set('eta', '2.5', 'input'); seen.push(look()); set('kappa', '3', 'input'); seen.push(look());
        document.querySelector('[data-preset=polyak]').click(); seen.push(look());
        set('eta', '1', 'input'); document.querySelector('[data-preset=cdm]').click(); seen.push(look());
        return seen;""")
    for before, after in pairwise(found):
        assert before[0] != after[0] or before[1] != after[1]
    says = [each[2] for each in found]
    assert says[0].startswith("At μ: critically damped, ρ = 0.9000.")
    assert "does not converge" in says[2]
    root = (math.sqrt(1000) - 1) / (math.sqrt(1000) + 1)
    assert f"Worst rate {root:.4f}" in says[4]
    assert says[5].startswith("At μ: critically damped")


def test_without_a_script_everything_but_the_panel_is_there(tmp_path: Path, text: str) -> None:
    plain = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    seen = browse(tmp_path, "--dump-dom", source=plain)
    assert seen.count("<article") == 4
    assert '<form id="tools" hidden' in seen
    assert '<div id="panel" hidden' in seen


WIDTHS = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth];"


@pytest.mark.parametrize("size", ["1280,900", "500,900"])
def test_nothing_is_wider_than_the_screen(tmp_path: Path, text: str, size: str) -> None:
    scroll, client = ask(tmp_path, text, WIDTHS, f"--window-size={size}")
    assert scroll <= client


CONTRAST = """
    const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; }
                          return 'rgb(255, 255, 255)'; };
    const low = [];
    for (const e of document.querySelectorAll('h1, h2, h3, p, code, summary, .badge, label, th, td, button, mi, mo, mn')) {
      if (!e.offsetParent && getComputedStyle(e).position !== 'fixed') continue;
      const a = lum(getComputedStyle(e).color), b = lum(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) low.push([e.tagName, e.textContent.slice(0, 20), ratio]);
    }
    return [getComputedStyle(document.body).backgroundColor, low];"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(tmp_path: Path, text: str, scheme: str) -> None:
    background, low = ask(tmp_path, text, CONTRAST, f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}")
    assert background == ("rgb(22, 24, 27)" if scheme == "dark" else "rgb(255, 255, 255)")
    assert low == []


def test_names_for_screen_readers_and_the_keyboard(tmp_path: Path, text: str) -> None:
    unnamed, focusable = ask(tmp_path, text, """
        const named = e => e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.alt;
        const all = [...document.querySelectorAll('input, select, button, a, img, svg[role], section, form, [role=group]')];
        const unnamed = all.filter(e => !named(e)).map(e => e.outerHTML.slice(0, 80));
        const levels = [...document.querySelectorAll('h1, h2, h3')].map(e => +e.tagName[1]);
        const reached = document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]');
        return [unnamed.concat(levels.filter((n, i) => i && n > levels[i - 1] + 1)), reached.length];""")
    assert unnamed == []
    assert focusable > 10


def test_pictures_of_it_are_not_empty(tmp_path: Path, text: str) -> None:
    """Drawn as a picture and as printed pages; what they look like is for people to judge."""
    image, printed = tmp_path / "page.png", tmp_path / "page.pdf"
    browse(tmp_path, f"--screenshot={image}", "--window-size=1000,1400", source=text)
    browse(tmp_path, f"--print-to-pdf={printed}", source=text)
    assert image.stat().st_size > 30_000
    assert printed.read_bytes().startswith(b"%PDF")
    assert printed.stat().st_size > 10_000
