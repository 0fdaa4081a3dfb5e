from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import TemplateAssertionError, UndefinedError, nodes

from abonent.channels.http.compiling import Folded, fold
from abonent.channels.http.templating import MOST_KEPT, Templates
from abonent.kernel.money import Money
from tests.unit.wording.sample import ALL, LANGUAGES, wording

PAGE = """
{% macro field(label, hint="") %}<label title="{{ hint }}">{{ label }}</label>{% endmacro %}
<h1>{{ t("page.home") }}</h1>{# not t("page.home") #}
{{ field(t("page.tariffs"), hint=t("page.help")) }}
{% set heading = t("page.journal") %}
{{ heading ~ " · " ~ name }}{{ heading | upper }}
{% if heading == t("page.journal") %}{{ t("unit.day", n=days) }}{% endif %}
{{ t("kind." ~ kind) }} {{ price | money }} {{ language }}
"""
CONTEXT = {"name": "<b>", "days": 5, "kind": "call", "price": Money(15_000, "UAH")}


def templates(folder: Path, source: str, *, fold: bool = True) -> Templates:
    (folder / "page.html").write_text(source, encoding="utf-8")
    return Templates([folder], ALL, fold=fold)


@pytest.mark.parametrize("language", LANGUAGES)
def test_folding_changes_nothing_that_is_seen(tmp_path: Path, language: str) -> None:
    folded = templates(tmp_path, PAGE).render("page.html", language, CONTEXT)
    unfolded = templates(tmp_path, PAGE, fold=False).render("page.html", language, CONTEXT)
    assert folded == unfolded
    assert f"<h1>{wording(language).t('page.home')}</h1>" in folded
    assert "&lt;b&gt;" in folded


def calls_of_t(tree: nodes.Template) -> list[nodes.Call]:
    return [
        call
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "t"
    ]


def test_a_folded_template_calls_nothing_for_its_literal_texts(tmp_path: Path) -> None:
    environment = templates(tmp_path, PAGE).environment("uk")
    assert len(calls_of_t(environment.parse(PAGE))) == 8 - 1
    left = calls_of_t(fold(environment.parse(PAGE), Folded(wording("uk"))))
    assert [type(call.args[0]) for call in left] == [nodes.Const, nodes.Concat]
    only_literals = '<p title="{{ t("page.home") }}">{{ t("page.help") }}</p>'
    source = environment.compile(only_literals, raw=True)
    assert "resolve('t')" not in source
    assert "context.call" not in source


def test_texts_are_escaped_where_they_are_folded(tmp_path: Path) -> None:
    page = templates(tmp_path, '{{ t("profile.contact.111.label") }}')
    assert page.render("page.html", "uk", {}) == "Зв&#39;яжіться"


@pytest.mark.parametrize(
    "source", ['{{ t("no.such") }}', '{{ t("no.such", n=1) }}', '{{ t("refused.balance_low") }}']
)
def test_an_unknown_text_and_a_value_that_is_not_given_stop_the_template(
    tmp_path: Path, source: str
) -> None:
    page = templates(tmp_path, source)
    with pytest.raises(TemplateAssertionError):
        page.render("page.html", "uk", {})


def test_a_name_that_nobody_gave_is_a_mistake(tmp_path: Path) -> None:
    page = templates(tmp_path, "{{ nobody }}")
    with pytest.raises(UndefinedError):
        page.render("page.html", "uk", {})


def test_globals_reach_every_template(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ brand }}")
    page = Templates([tmp_path], ALL, {"brand": "Ours"})
    assert page.render("page.html", "en", {}) == "Ours"


def test_a_constant_with_literal_arguments_is_worked_out_when_the_template_is_compiled(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def asset(name: str) -> str:
        asked.append(name)
        return f"/static/<{name}>"

    page = '<a href="{{ asset("a.css") }}"></a><a href="{{ asset(other) }}"></a>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    made = Templates([tmp_path], ALL, constants={"asset": asset})
    for _ in range(2):
        shown = made.render("page.html", "uk", {"other": "b.css"})
        assert shown == ('<a href="/static/&lt;a.css&gt;"></a><a href="/static/&lt;b.css&gt;"></a>')
    assert asked == ["a.css", "b.css", "b.css"]


def test_a_part_is_kept_by_what_it_depends_on(tmp_path: Path) -> None:
    (tmp_path / "part.html").write_text("<b>{{ shell.path }}</b>", encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '{{ kept("part.html", shell, shell.path) }}', encoding="utf-8"
    )
    made = Templates([tmp_path], ALL)

    def shown(path: str, language: str = "uk") -> str:
        return made.render("page.html", language, {"shell": SimpleNamespace(path=path)})

    assert shown("/<home>") == "<b>/&lt;home&gt;</b>"
    assert shown("/other") == "<b>/other</b>"
    (tmp_path / "part.html").write_text("<i></i>", encoding="utf-8")
    assert shown("/<home>") == "<b>/&lt;home&gt;</b>"
    for n in range(MOST_KEPT):
        shown(f"/{n}")
    assert shown("/again") == "<b>/again</b>"
