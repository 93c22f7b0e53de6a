# SPDX-License-Identifier: Apache-2.0
"""Phonemes of the voice: misaki's US English and punctuation. 0 begins and ends an utterance."""
SYMBOLS = list(
    "_ .,?!;:—…\"“”()ˈˌAIOWYiuæɑɔəɛɜɪʊʌᵊᵻaeobdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθʔTːxɐɒ")
INDEX = {symbol: i for i, symbol in enumerate(SYMBOLS)}


def known(phonemes):
    return all(symbol in INDEX for symbol in phonemes)


def encode(phonemes):
    return [0] + [INDEX[symbol] for symbol in phonemes] + [0]
