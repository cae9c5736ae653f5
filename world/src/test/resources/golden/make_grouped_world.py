"""A world whose trees have nodes without a feature, mixed flags and branchings, with samples from explicit noise.

Made by SAELens itself:  pip install sae-lens==6.54.12 torch==2.9.1;  python make_grouped_world.py OUT_DIR
Writes grouped_hierarchy.json and grouped_world.safetensors (float64).
"""
import json, random, sys
import numpy as np
import torch
from safetensors.numpy import save_file
from sae_lens.synthetic import ActivationGenerator
from sae_lens.synthetic.hierarchy import Hierarchy, HierarchyNode, hierarchy_modifier

OUT = sys.argv[1]
N, RANK, ROWS = 60, 3, 128
pick = random.Random(11)
free = list(range(N - 6))  # six features stay free
pick.shuffle(free)


def node(depth, group):
    feature = None if group else free.pop()
    children = []
    if depth < 3:
        for _ in range(pick.choice([2, 3, 4]) if group or pick.random() < 0.6 else 0):
            if len(free) > 1:
                children.append(node(depth + 1, pick.random() < 0.25))
    return HierarchyNode(feature, children, len(children) >= 2 and pick.random() < 0.6, pick.random() < 0.5)


roots = []
while len(free) > 4:
    roots.append(node(0, len(roots) % 2 == 1))
hierarchy = Hierarchy(roots, hierarchy_modifier(roots))

g = torch.Generator().manual_seed(7)
f64 = dict(generator=g, dtype=torch.float64)
prob = 0.25 + 0.7 * torch.rand(N, **f64)
mean, std = 1 + torch.rand(N, **f64), torch.rand(N, **f64)  # some magnitudes are cut at 0
factor = 0.3 * torch.randn(N, RANK, **f64)
diag = 1 - (factor ** 2).sum(1)
eps, eta, mag = (torch.randn(ROWS, k, **f64) for k in (RANK, N, N))
score = torch.rand(ROWS, N, **f64)

gen = ActivationGenerator(N, prob, std, mean, hierarchy.modifier, (factor, diag), dtype="float64")
real_randn, real_rand = torch.randn, torch.rand


def randn(*shape, **kw):
    if shape in ((ROWS, RANK), (ROWS, N)):
        return (eps if shape[1] == RANK else eta).clone()
    return mag[sys._getframe(1).f_locals["firing_indices"]]


def rand(*shape, **kw):
    local = sys._getframe(1).f_locals
    return score[local["batch_with_conflict"][:, None], local["conflict_siblings"].clamp(min=0)]


torch.randn, torch.rand = randn, rand
acts = gen.sample(ROWS)
torch.randn, torch.rand = real_randn, real_rand
tensors = dict(probabilities=prob, mean=mean, std=std, factor=factor, diag=diag, eps=eps, eta=eta, magnitude=mag,
               score=score, activations=acts, base=prob,
               correction=hierarchy.compute_probability_correction_factors(prob.float()).double())
save_file({k: np.ascontiguousarray(v.numpy()) for k, v in tensors.items()}, f"{OUT}/grouped_world.safetensors")
json.dump(hierarchy.to_dict(), open(f"{OUT}/grouped_hierarchy.json", "w"), indent=1)
print(len(roots), "roots,", sum(r.feature_index is None for r in roots), "without a feature;", (acts > 0).sum(1).double().mean())
