"""jinja.json: small templates, and what jinja2 makes of them in the environment that transformers gives them."""

import argparse
import pathlib

from peers import GOLDEN, made_by, write_json

VALUES = {
    "s": "Hello, Wörld 👨 it's", "empty": "", "spaces": "  \t a  b \n\u00a0", "think": "<think>\nhm\n</think>\n\nyes",
    "n": 7, "neg": -3, "f": 2.5, "t": True, "no": None, "l": [3, 1, 2], "names": ["b", "A", "c", "a"],
    "mixed": [1, "two", 3.0, None, True, [], {}, "it's", 'a"b', "\n\\"], "d": {"b": 1, "a": {"x": [10, 20]}, "items": 5},
    "users": [{"name": "Zoe", "age": 3, "tags": ["x"]}, {"name": "adam", "age": 30}, {"name": "Bob", "age": 3}],
}

# One a line; the printed value of an expression.
EXPRESSIONS = r"""
1 + 2 * 3
(1 + 2) * 3
7 // 2
-7 // 2
-7 % 3
7 % -3
7.5 // 2
-7.5 % 2
2 ** 3 ** 2
-2 ** 2
7 / 2
8 / 2
1 / 3
1e3
1.5e-7
1e16
123456789012345680.0
0.1 + 0.2
1_000
0x1f + 0b11 + 0o17
n * 1.0
t + t
f - n
-n
+f
- -n
1 ~ 2 ~ 'x'
'a' * 3
3 * 'ab'
[1] * 2 + [2]
(1, 2) + (3,)
'a' + 'b'
'a' 'b' "c"
'tab\tnew\\n\'q\' \x41 \u00e9 \d'
"\U0001F600 \101"
1 < 2 < 3
1 < 2 > 5
1 == 1.0
1 == true
'1' == 1
[1, 2] == [1, 2]
(1, 2) == [1, 2]
{'a': 1} == {'a': 1.0}
'a' < 'b'
'Z' < 'a'
[1, 2] < [1, 3]
missing == ''
missing == none
none == false
'x' in 'xyz'
'a' in d
3 in l
3 not in l
not 3 in l
1 in missing
not missing
not ''
not 'x' or n
'' or 'default'
0 or none
n and s
none and n
n if t
n if no
(n if no) is undefined
'a' if no else 'b' if no else 'c'
true
True
none
None
[none, true, 1.0, 'q']
mixed
d
()
(1,)
(1, 'a')
{}
{'k': [1, (2,)], 3: none}
'it\'s'
['it\'s', 'a"b', '\'"', '\n\t\\', '\u00a0\x07é👨']
s[0]
s[-1]
s[14]
s[100]
s[1:4]
s[::-1]
s[-4:]
s[12:16]
l[0]
l[-1]
l[5]
l[::-1]
l[1:]
l[:-1]
l[::2]
l[-1::-1]
l[5:1:-1]
l[-100:100]
(1, 2, 3)[1:]
d.b
d['b']
d.a.x[1]
d['a']['x'][-1]
d.a.x.1
d['items']
d.missing
d.get('b')
d.get('z')
d.get('z', 9)
d.keys() | list
d.values() | list
d.items() | list
d.items()
d.keys()
d | items | list
d | length
'abc'.foo
n.foo
no.foo
no[0]
no['a']
users[0].name
users[1]['tags']
users[-1].name.upper()
s | length
s | upper
s | lower
s | title
s.title()
s | capitalize
'ß' | upper
'ǆ' | title
'ΑΣ' | lower
s.startswith('Hello')
s.startswith(('x', 'H'))
s.endswith("it's")
s.split()
s.split(',')
s.split('l', 1)
s.rsplit('l', 1)
spaces.split()
spaces.split(none, 1)
'a\nb\r\nc\x0bd'.splitlines()
'a,b,,c'.split(',')
think.split('</think>')[-1].lstrip('\n')
think.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n')
'x'.strip()
spaces.strip()
spaces | trim
spaces.lstrip()
spaces.rstrip()
'xxhixx'.strip('x')
'abcba'.lstrip('ab')
'[[x]]' | trim('[]')
s.replace('l', 'L')
s.replace('l', 'L', 1)
'ab'.replace('', '-')
s | replace('l', 'L')
s | replace('l', '', 2)
s.find('l')
s.find('it')
s.rfind('l')
s.find('zz')
s.count('l')
', '.join(names)
'a-b'.partition('-')
'a-b-c'.rpartition('-')
'unhappy'.removeprefix('un').removesuffix('py')
'7'.zfill(3)
'-7'.zfill(4)
'ab'.center(7, '*')
'ab'.ljust(5) ~ '|'
'ab'.rjust(5) ~ '|'
'aB c'.swapcase()
'12'.isdigit()
'ab1'.isalpha()
'ab1'.isalnum()
'AB'.isupper()
'ab '.islower()
'{} and {}'.format('a', 'b')
'{1} and {0}'.format('a', 'b')
('word ' * 10) | trim
''.__class__
'{0} {x} {{}}'.format('a', x=1)
'%s is %d and %.2f %r %5s|%-5s|%05d %%' % ('a', 3, 2.345, 'q', 'r', 'l', 42)
'%s' % 5
'%s!' | format('x')
names | join
names | join(', ')
users | join(', ', attribute='name')
l | sort
names | sort
names | sort(case_sensitive=true)
names | sort(reverse=true)
users | sort(attribute='age,name') | map(attribute='name') | list
names | unique | list
[1, 1.0, true, 2] | unique | list
l | min
l | max
l | sum
users | sum(attribute='age')
l | first
l | last
[] | first
'abc' | first
l | reverse | list
'añ👨' | reverse
users | map(attribute='name') | list
users | map(attribute='tags', default=[]) | list
names | map('upper') | join('')
names | map('replace', 'a', 'x') | list
users | selectattr('age', 'equalto', 3) | map(attribute='name') | list
users | selectattr('tags') | list | length
users | selectattr('tags', 'defined') | list | length
users | rejectattr('age', 'gt', 5) | list | length
l | select('odd') | list
l | select('>', 1) | list
l | reject('in', [1, 2]) | list
mixed | select('string') | list
mixed | select | list
d | dictsort
{'b': 2, 'a': 3} | dictsort(by='value')
{'b': 2, 'a': 3} | dictsort(reverse=true)
users | groupby('age') | list | length
l | batch(2) | list
l | batch(2, 'x') | list
missing | default('x')
no | default('x')
no | default('x', true)
'' | d('y', boolean=true)
'42' | int
'4.7' | int
'x' | int
'x' | int(5)
'ff' | int(0, 16)
2.9 | int
' 3 ' | int
'2.5' | float
'x' | float
n | float
n | string
f | string ~ 1
2.5 | round
3.5 | round
2.345 | round(2)
2.341 | round(2, 'ceil')
-3 | abs
l | list
s[:5] | list
'a b-c' | wordcount
'a\nb\n\nc' | indent
'a\nb' | indent(2, true)
'a\n\nb' | indent(width=1, blank=true)
'one two three four' | truncate(12)
'one two three four' | truncate(12, true, '…', 0)
'<a href="x">&\'' | e
'<b>' | safe
'x' | center(5) ~ '|'
mixed | tojson
d | tojson
d | tojson(indent=2)
[] | tojson(indent=2)
[{}, []] | tojson(indent=1)
[[1, {'a': 2}], {}] | tojson(indent=4)
d | tojson(separators=(',', ':'))
{'b': 1, 'a': 2} | tojson(sort_keys=true)
'é👨\u2028\x7f\x01</script>' | tojson
'é👨\x7f' | tojson(ensure_ascii=true)
{7: 2, none: 3, true: 4, 1.5: 5} | tojson
[1e22, 1e-7, 0.1, 100.0, -0.0] | tojson
(1, 2) | tojson
s is defined
missing is defined
missing is not defined
d.zz is undefined
no is none
no is not none
s is string
d is mapping
l is mapping
l is iterable
s is iterable
n is iterable
no is iterable
l is sequence
d is sequence
n is number
t is number
t is integer
n is integer
f is float
t is boolean
t is true
n is true
no is false
n is odd
n is even
n is divisibleby 7
n is divisibleby(2)
n is eq 7
n is equalto(7)
n is gt 3
n is lt(3)
n is ge 7
n is le 6
n is ne 7
n is in [7, 8]
n is sameas 7
s is lower
'abc' is lower
'ABC' is upper
s.upper is callable
n is defined and n is number
n is not string or s is string
not n is string
'upper' is filter
'odd' is test
range(3) | list
range(1, 10, 3) | list
range(3, 0, -1) | list
dict(a=1, b=2)
dict([('x', 1)], y=2)
namespace(a=1).a
namespace(a=1, b=l|length - 1).b
namespace({'z': 3}).z
l | length > 2 and l[0] == 3
(l | length - 1)
l|length * 2
n - -1
n -1
[1, 2,]
{'a': 1,}
(1 if t else 2) + 1
[n, s | length, d.a.x | last]
{'a' ~ 1: n + 1}
l.index(1)
l.count(3)
(1, 2, 1).count(1)
users[0].get('name', 'x') ~ users[1].get('tags', 'none')
s.upper().lower().split(' ')[0].strip(',')
'%.1f%%' % 12.345
0.1 * 3
1e300 * 10
2 ** -1
10 ** 2
7 is divisibleby 7 and not 7 is even
'a' is in 'abc'
loop is defined
caller is defined
n == 7 == true
n != 3 != 4
"%s" | format(none)
[1, 2, 3] | map('string') | join('+')
'x=%s' % [1]
""".strip("\n").split("\n")

# Errors: each has to be one here and there.
ERRORS = r"""
missing.x
missing['x']
missing()
missing + 1
1 + 2 ~ 3
'{} and {1}'.format('a', 'b')
'\N'
-l | length
'word ' * 10 | trim
users | map(attribute='tags.0') | list
'a' + 1
1 + 'a'
'a' + missing
[1] + (2,)
1 / 0
1 % 0
n()
none + 1
s.nothing()
1 < 'a'
none < 1
n | length
n in 5
'a' in n
1 in 'a'
l.append(1)
d.update({})
s | nofilter
s is notest
{[]: 1}
missing | tojson
range(1000000)
raise_exception('no')
s.split('')
l.index(99)
-s
d | dictsort(by='x')
l | join(
(1
'open
1 +
a b
[1, 2
{1: }
n is divisibleby(0)
[1, 'a'] | sort
l | sum('x')
s.startswith(1)
s.replace('a')
""".strip("\n").split("\n")

TEMPLATES = [
    "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}"
    "{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }};{% endfor %}",
    "{% for x in [] %}x{% else %}none{% endfor %}{% for x in missing %}{% else %}undefined{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.length }}{{ x }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}",
    "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for c in 'añ👨' %}[{{ c }}]{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}{% for x in l %}{% break %}{% endfor %}",
    "{% for x in l %}{% for y in l %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}",
    "{% for x in [1, [2, [3]]] recursive %}{% if x is number %}{{ x }}{% else %}({{ loop(x) }}){% endif %}{% endfor %}",
    "{% for x in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }}{% endfor %}",
    "{% set x = 1 %}{% for y in l %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}",
    "{% set ns = namespace(x=0, y='') %}{% for y in l %}{% set ns.x = ns.x + y %}{% set ns.y = ns.y ~ y %}{% endfor %}{{ ns.x }}{{ ns.y }}",
    "{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% if false %}{% set z = 1 %}{% endif %}{{ z }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, %}{{ c }}",
    "{% set x %}body {{ n }}{% endset %}[{{ x }}]{% set y | upper | trim %} abc {% endset %}[{{ y }}]",
    "{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, c=3) }}{{ m() }}{{ m(b=1, a=2) }}{{ m.name }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, z=4) }}{{ m(5) }}",
    "{% macro m(x) %}<{{ caller(x) }}|{{ caller('z') }}>{% endmacro %}{% call(y) m(3) %}{{ y }}{{ n }}{% endcall %}",
    "{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro m() %}{{ x }}{% endmacro %}{% set x = 9 %}{{ m() }}",
    "{% macro m() -%}  a  {%- endmacro %}[{{ m() }}][{{ m() | upper }}]",
    "{% filter upper %}abc {{ n }}{% endfilter %}{% filter replace('a', 'b') | upper %}aa{% endfilter %}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% generation %}{% set x = 3 %}{{ x }}{% endgeneration %}{{ x }}",
    "{% raw %}{{ x }} {% if %}{% endraw %}|{%- raw -%} {{ y }} {%- endraw -%} |",
    "a {# comment {{ x }} {% if #} b\n{# line #}\nc {#- strip -#} d",
    "  {% if true %}\n  a\n  {% endif %}\n  b\n",
    "  {%+ if true %}\n  a\n  {%- endif +%}\n  b\n\n",
    "x\n    {{ n }}\n    {{- n -}}   \n  y  {%- if true -%}  z  {%- endif %}\n\nend\n\n",
    "{% if no %}a{% elif n == 7 %}b{% elif true %}c{% else %}d{% endif %}{% if no %}{% else %}e{% endif %}",
    "{% if n == 7 and (s or no) and not no %}yes{% endif %}",
    "{{ {'a': {'b': 1}} }}{{ {'a': {'b': 1}}['a'] }}{{ '}}' }}{{ \"{{ x }}\" }}{{ '%}' }}",
    "{{ n }}{{- n }} {{ n -}} x\r\ny\rz",
    "{{ 1, 2 }}{% print n, s %}{{ (1) }}",
    "{% for m in users %}{{ m.name }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for m in users[::-1] %}{{ (users|length - 1) - loop.index0 }}{{ m['name'] }}{% endfor %}",
    "{% for g in users | groupby('age') %}{{ g[0] }}:{{ g[1] | length }};{% endfor %}",
    "{% set j = joiner(', ') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}",
    "{% set x = [] %}{% for y in l %}{% set x = x + [y] %}{% endfor %}{{ x }}",
    "{{ '\n' }}{{ 'a\nb' }}{% set q = 'line\n' %}{{ q }}",
    "{% if false %}{{ s | nofilter }}{% endif %}{{ 'a' if true else s | nofilter }}ok",
    "{% for x in l %}{% set y = x %}{% if loop.first %}{{ y }}{% endif %}{% endfor %}{{ y }}",
    "{%set x=1%}{%if x%}{{x}}{%endif%}{%-  for  i  in  l  -%}{{i}}{%-  endfor  -%}",
    "{% set d2 = dict(d, c=3) %}{{ d2 }}{% set l2 = l | list + ['x'] %}{{ l2 }}",
    "{% macro a(x) %}{{ x }}{% endmacro %}{% macro b() %}{{ a('q') }}{% endmacro %}{{ b() ~ a(1) }}",
    "{% macro m(a) %}{% for x in l %}{{ a }}{{ x }}{{ loop.last }}{% endfor %}{% endmacro %}{% for l in [[1]] %}{{ m('k') }}{% endfor %}",
]

BROKEN = [
    "{% if true %}", "{% endif %}", "{% for x in l %}{% else %}", "{% for x l %}{% endfor %}", "{{ n", "{% nothing %}",
    "{# open", "{% raw %}x", "{% set %}", "{% set x.y = 1 %}", "{% set true = 1 %}", "{% for x in no %}{% endfor %}", "{% break %}",
    "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(z=2) }}", "{% for a, b in l %}{% endfor %}",
    "{{ n }}{% if %}{% endif %}", "{{ }}", "{% if n = 7 %}{% endif %}", "{{ 'a' | }}", "{{ a..b }}", "{{ n ? 1 }}",
    "{% set ns = namespace() %}{% set ns._x = 1 %}", "{{ s is string is string }}", "{% if true %}{% endfor %}",
    "{{ f(a=1, 2) }}", "{% for x in l %}{% endfor %}{{ loop.index }}", "{% include 'x' %}", "{{ [1, 2 }}", "{{ (1] }}",
]


def main():
    from transformers.utils.chat_template_utils import _compile_jinja_template

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN)
    args = parser.parse_args()
    rows = []
    prints = ["{{ " + e + " }}" for e in EXPRESSIONS]
    fails = ["{{ " + e + " }}" for e in ERRORS]
    for source in prints + TEMPLATES + fails + BROKEN:
        row = {"template": source}
        try:
            row["text"] = _compile_jinja_template(source).render(**VALUES)
        except Exception as e:
            row["error"] = type(e).__name__
        if ("error" in row) != (source in fails + BROKEN):
            raise SystemExit(f"in the wrong list: {row}")
        rows.append(row)
    write_json(args.out / "jinja.json", {"made_by": made_by("jinja2", "transformers"), "values": VALUES, "cases": rows})


if __name__ == "__main__":
    main()
