"""What a console shows."""

from io import StringIO

from rich.console import Console


def shown(renderable, width=100, **options):
    screen = StringIO()
    Console(file=screen, width=width, **options).print(renderable)
    return screen.getvalue()


def lines_with(text, word):
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(word)]
