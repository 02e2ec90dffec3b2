import re

from validator.pattern import Pattern


def test_a_pattern_does_what_its_compiled_form_does():
    pattern, compiled = Pattern("[a-c]+", re.IGNORECASE), re.compile("[a-c]+", re.IGNORECASE)

    assert (pattern.pattern, pattern.compiled) == (compiled.pattern, compiled)
    for text in ("", "xAb", "abC", "ABxca"):
        for name in ("search", "match", "fullmatch"):
            found, expected = getattr(pattern, name)(text), getattr(compiled, name)(text)
            assert (found and found.span()) == (expected and expected.span())
        assert pattern.findall(text) == compiled.findall(text)
        assert pattern.split(text) == compiled.split(text)
        assert pattern.sub("-", text) == compiled.sub("-", text)


def test_what_is_not_used_is_not_compiled():
    Pattern("(")
