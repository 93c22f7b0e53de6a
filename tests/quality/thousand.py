#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints 1,000 sentences in which a voice could lose or repeat words: single words, words that
come twice, short and long sentences, lists, digits. Made of the words below by a fixed seed; none
is in a corpus.

    thousand.py [COUNT]
"""
import random
import sys


def words(text):
    return [word.strip() for word in text.replace("\n", " ").split(",")]


WHO = words("""
the baker, my sister, an old sailor, the young doctor, our neighbor, the tall teacher, a quiet
farmer, the new driver, her brother, the painter, a busy nurse, the captain, his cousin, the
librarian, a small boy, the gardener, their uncle, the engineer, a tired waiter, the mayor""")
DID = words("""
carried, found, painted, washed, sold, borrowed, repaired, counted, watched, opened, hid, lifted,
cleaned, ordered, dropped, measured, bought, packed, moved, covered""")
WHAT = words("""
a wooden box, seven red apples, the broken clock, two heavy bags, a silver key, the garden gate,
some warm bread, a long letter, the kitchen table, three empty bottles, an open book, the blue
curtain, a paper bird, the last ticket, a bowl of soup, nine old maps, the front door, a pair of
shoes, the copper kettle, a basket of pears""")
WHEN = words("""
in the morning, after lunch, before the storm, last winter, at the market, near the river, on the
second floor, without a word, at half past six, behind the station, in front of the school, during
the long night, on a Sunday, under the bridge, across the street, by the light of a candle, for
the third time, in a small boat, at the end of the road, next to the old mill""")
SINGLE = words("""
Stop, Yes, No, Hello, Thanks, Maybe, Forward, Midnight, Copper, Elephant, Begin, Seven, Lemon,
Winter, Orange, Again, Never, Kitchen, Thunder, Paper, Window, Listen, Sugar, Harbor, Blanket,
Ready, Welcome, Garden, Twelve, Finally, Butter, Careful, Mountain, Tomorrow, Silver, Almost,
Pumpkin, Together""")
NOUNS = words("""
apples, bread, candles, paper, soap, rope, nails, honey, lamps, pencils, matches, plates, towels,
salt, tea, oil, wool, gloves, stamps, batteries""")
TWICE = words("""
very, really, far, so, too, again and, round and, more and, higher and""")


def capital(text):
    return text[0].upper() + text[1:]


def clause(random):
    return " ".join(random.choice(words) for words in (WHO, DID, WHAT, WHEN))


def single(random):
    return random.choice(SINGLE) + random.choice(".!?.")


def short(random):
    return capital(f"{random.choice(WHO)} {random.choice(DID)} {random.choice(WHAT)}.")


def middle(random):
    return capital(clause(random) + ".")


def long(random):
    joints = random.sample([", and then", ", but", ", while", ", because", ", so that"], 3)
    return capital(clause(random) + "".join(f"{j} {clause(random)}" for j in joints) + ".")


def listing(random):
    things = random.sample(NOUNS, random.randint(4, 9))
    return f"We need {', '.join(things[:-1])} and {things[-1]}."


def digits(random):
    kind = random.randrange(5)
    number = random.randint(11, 99999)
    if kind == 0:
        return f"The answer is {number}."
    if kind == 1:
        return f"Room {number % 900 + 100} is on floor {number % 9 + 1}."
    if kind == 2:
        call = f"{random.randint(200, 999)}-{random.randint(1000, 9999)}"
        return f"Call {call} before {number % 11 + 1}:30."
    if kind == 3:
        return "Count: " + ", ".join(str(random.randint(1, 20)) for _ in range(6)) + "."
    cents, pounds = random.randint(10, 99), number % 80 + 2
    return f"It costs ${number % 500 + 1}.{cents} and weighs {pounds} pounds."


def repeated(random):
    who, word, times = random.choice(WHO), random.choice(TWICE), random.randint(2, 3)
    if " and" in word:
        return capital(f"{who} went {' '.join([word] * (times - 1))} {word.split()[0]}.")
    what = random.choice(("old", "late", "small"))
    return capital(f"{who} is {' '.join([word] * times)} {what}.")


KINDS = (single, short, middle, long, listing, digits, repeated, short, middle, listing)


def sentences(count):
    """All different."""
    generator, said = random.Random(7), set()
    while len(said) < count:
        kind = KINDS[len(said) % len(KINDS)]
        text = kind(generator)
        while text in said:
            text = kind(generator)
        said.add(text)
        yield text


if __name__ == "__main__":
    for sentence in sentences(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(sentence)
