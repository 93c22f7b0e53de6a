# SPDX-License-Identifier: Apache-2.0
"""What both models see of a recording: log-mel frames and normalised sub-bands. The same definition
as plugins/signal and plugins/wavenet, in numpy (float64 inside, float32 out).

Frame t is centred on the middle of its own 300 samples; samples outside of the recording are 0.
Sub-band b is divided by an envelope that is a function of the log-mel frames alone, so that the
vocoder can undo it.
"""
import numpy as np

RATE, HOP, N_FFT, MELS = 24000, 300, 1024, 80
MEL_FLOOR = 1e-5
FRAME_START = N_FFT // 2 - HOP // 2  # samples that a frame sees before its own

BANDS, TAPS = 4, 63
STEPS_PER_FRAME = HOP // BANDS
KAISER_BETA, CUTOFF = 9.0, 0.142  # of the prototype: reconstruction to 64 dB
BAND_WIDTH, CROSS_FADE = 3000.0, 600.0  # Hz
GAIN_FLOOR, OUTPUT_LIMIT = 1e-4, 12.0


def hz_to_mel(hz):
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    hz = np.asarray(hz, float)
    log_part = 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / np.log(6.4)
    return np.where(hz < 1000, 3 * hz / 200, log_part)


def mel_to_hz(mel):
    mel = np.asarray(mel, float)
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


EDGES = mel_to_hz(np.linspace(0, hz_to_mel(RATE / 2), MELS + 2))


def mel_matrix():
    """[MELS][bins]: triangles of unit area."""
    bins = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    low, centre, high = (EDGES[i:MELS + i, None] for i in range(3))
    triangle = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.maximum(0, triangle) * 2 / (high - low)


MEL_MATRIX = mel_matrix()
WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)


def log_mel(samples):
    """[frames][MELS], natural logarithm, of samples in -1..1."""
    frames = -(-len(samples) // HOP)
    padded = np.concatenate([np.zeros(FRAME_START), samples, np.zeros(N_FFT + HOP)])
    pieces = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP][:frames]
    magnitude = np.abs(np.fft.rfft(pieces * WINDOW, axis=1))
    return np.log(np.maximum(magnitude @ MEL_MATRIX.T, MEL_FLOOR)).astype(np.float32)


def filter_banks():
    """Analysis and synthesis, each [BANDS][TAPS]: a cosine-modulated Kaiser prototype."""
    n = np.arange(TAPS) - (TAPS - 1) / 2
    prototype = CUTOFF * np.sinc(CUTOFF * n) * np.kaiser(TAPS, KAISER_BETA)
    band = np.arange(BANDS)[:, None]
    angle, phase = (2 * band + 1) * np.pi / 8 * n, (-1.0) ** band * np.pi / 4
    return 2 * prototype * np.cos(angle + phase), 2 * prototype * np.cos(angle - phase)


def split_bands(samples):
    """[len / BANDS][BANDS] without delay."""
    analysis, _ = filter_banks()
    half = TAPS // 2
    bands = [np.convolve(samples, h)[half:half + len(samples)][::BANDS] for h in analysis]
    return np.stack(bands, 1).astype(np.float32)


def envelope_matrix():
    """[BANDS][MELS]: which mel bands make up the energy of a sub-band, before calibration."""
    centre, width = EDGES[1:-1], (EDGES[2:] - EDGES[:-2]) / 2
    rows = []
    for band in range(BANDS):
        low, high = BAND_WIDTH * band, BAND_WIDTH * (band + 1)
        rise = np.clip((centre - low) / CROSS_FADE + 0.5, 0, 1) if band else 1
        fall = np.clip((high - centre) / CROSS_FADE + 0.5, 0, 1) if band < BANDS - 1 else 1
        rows.append(rise * fall * width)
    return np.stack(rows)


ENVELOPE = envelope_matrix()


def band_energy(mel):
    """[frames][BANDS]: the energy that log-mel frames promise, before calibration."""
    return np.exp(2.0 * mel.astype(np.float64)) @ ENVELOPE.T


def gains(mel, calibration):
    """[steps][BANDS]: the envelope, interpolated between the middles of the frames."""
    energy = band_energy(mel) * calibration
    log_gain = 0.5 * np.log(energy + GAIN_FLOOR ** 2)
    middle = np.arange(len(mel)) * STEPS_PER_FRAME + STEPS_PER_FRAME // 2
    steps = np.arange(len(mel) * STEPS_PER_FRAME)
    return np.stack([np.exp(np.interp(steps, middle, g)) for g in log_gain.T], 1)
