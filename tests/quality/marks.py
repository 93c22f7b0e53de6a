# SPDX-License-Identifier: Apache-2.0
"""What listeners would say of a sound's quality, from 1 to 5, as networks predict it that know no
reference: DistillMOS, which tells synthetic voices apart best, and DNSMOS, which hears noise."""
import numpy as np

RATE = 16000
LEVEL = 0.7  # of the loudest sample: DNSMOS hears how loud a sound is
PIECE = 144160  # samples that DNSMOS takes at once; a shorter sound is repeated


class Marks:
    def __init__(self):
        import distillmos
        import torch
        torch.set_num_threads(1)
        self.torch, self.distilled = torch, distillmos.ConvTransformerSQAModel()
        self.distilled.eval()

    def of(self, samples):
        """DistillMOS, DNSMOS overall and DNSMOS P.808 of samples at RATE."""
        from speechmos import dnsmos
        peak = np.abs(samples).max(initial=0)
        if peak == 0:
            return {"DistillMOS": 1.0, "DNSMOS": 1.0, "P.808": 1.0}
        with self.torch.no_grad():
            distilled = float(self.distilled(self.torch.from_numpy(samples / peak)[None]))
        whole = samples if len(samples) > PIECE else np.resize(samples, PIECE)
        noise = dnsmos.run(whole / peak * LEVEL, RATE)
        return {"DistillMOS": distilled, "DNSMOS": float(noise["ovrl_mos"]),
                "P.808": float(noise["p808_mos"])}
