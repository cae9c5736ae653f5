"""quant.gguf, quant.safetensors, quant.json: one small tensor of each type that Assay reads, dequantised by gguf-py."""

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, GGUFWriter
from gguf.quants import dequantize, quantize
from peers import GOLDEN, made_by, write_json
from safetensors.numpy import save_file

SHAPE = (4, 256)
TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q8_0, Type.Q4_K, Type.Q6_K]


def scale(rng, low, high):
    """One fp16 scale of either sign, as two bytes."""
    value = np.float16(rng.uniform(low, high) * rng.choice([-1, 1]))
    return np.frombuffer(value.tobytes(), dtype=np.uint8)


def k_quant(rng, kind):
    """Random blocks, with scales that keep every value finite: gguf-py does not write K-quants."""
    block, size = GGML_QUANT_SIZES[kind]
    rows = rng.integers(0, 256, (SHAPE[0], SHAPE[1] // block, size), dtype=np.uint8)
    for row in rows:
        for b in row:
            if kind == Type.Q4_K:  # d, dmin, 12 bytes of scales, 128 of nibbles
                b[0:2], b[2:4] = scale(rng, 0.001, 0.01), scale(rng, 0.001, 0.01)
            else:  # Q6_K: ql 128, qh 64, int8 scales 16, d
                b[208:210] = scale(rng, 0.0001, 0.001)
    return rows.reshape(SHAPE[0], -1)


def main():
    rng = np.random.default_rng(20240601)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(GOLDEN / "quant.gguf", "llama")
    writer.add_string("assay.note", "one tensor of each type")
    writer.add_uint32("assay.count", len(TYPES))
    writer.add_array("assay.names", [t.name for t in TYPES])
    expected, cases = {}, []
    for kind in TYPES:
        name = "t." + kind.name.lower()
        values = rng.normal(0, 1, SHAPE).astype(np.float32)
        values[0, :8] = [0.0, -0.0, 1.0, -1.0, 6e-8, -1e-5, 100.0, -0.333333333]
        if kind == Type.F32:
            raw, out = values, values
            writer.add_tensor(name, raw)
        elif kind == Type.F16:
            raw = values.astype(np.float16)
            out = raw.astype(np.float32)
            writer.add_tensor(name, raw)
        else:
            raw = k_quant(rng, kind) if kind in (Type.Q4_K, Type.Q6_K) else quantize(values, kind)
            out = dequantize(raw, kind)
            writer.add_tensor(name, raw, raw_dtype=kind)
        assert out.shape == SHAPE and out.dtype == np.float32 and np.isfinite(out).all()
        expected[name] = np.ascontiguousarray(out)
        cases.append({"name": name, "type": kind.name, "shape": list(SHAPE)})
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, GOLDEN / "quant.safetensors")
    write_json(GOLDEN / "quant.json", {"made_by": made_by("gguf", "numpy"), "cases": cases})


if __name__ == "__main__":
    main()
