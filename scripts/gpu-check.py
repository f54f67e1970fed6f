#!/usr/bin/env python3
"""Check a build of orders-cli on a device, and time it there.

    python3 scripts/gpu-check.py PROGRAM [--device cuda] [--out DIR] [--only parity,bench,...]

Parity: the released program's numbers in model/tests/reference, in f32 on the device, and
LPD-L with weights by formula on the device against the CPU. Speed: bench of LPD-L at batches
of 1, 8 and 64, one cell at a time, decoding with VQ-16, and PyTorch on the same card.
Needs numpy and safetensors; torch for the last part. Exit status 1 if a check said no.
"""

import argparse, json, os, re, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

REF = Path(__file__).resolve().parent.parent / "model/tests/reference"
FAILED = []
REPORT = {}


def run(*args, timeout=240):
    start = time.perf_counter()
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, args))}\n{done.stdout}{done.stderr}")
    return done.stdout, time.perf_counter() - start


def check(name, value, limit):
    ok = bool(value <= limit)
    REPORT[name] = {"value": float(value), "limit": float(limit), "ok": ok}
    print(f"{'ok  ' if ok else 'FAIL'} {name}: {value:.3g} (at most {limit:.3g})", flush=True)
    if not ok:
        FAILED.append(name)


def part(name, work):
    start = time.perf_counter()
    try:
        work()
    except Exception as error:  # the other parts are still wanted
        FAILED.append(name)
        print(f"FAIL {name}: {str(error)[:1500]}", flush=True)
    print(f"     [{name}: {time.perf_counter() - start:.1f} s]", flush=True)


def formula(tensors):
    """Weights by formula, as orders_model::weights::FormulaTensor has them."""
    out = {}
    with np.errstate(over="ignore"):
        for t in tensors:
            h = np.uint64(0xCBF29CE484222325)
            for b in t["name"].encode():
                h = (h ^ np.uint64(b)) * np.uint64(0x100000001B3)
            i = np.arange(1, int(np.prod(t["shape"])) + 1, dtype=np.uint64)
            z = h + i * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
            u = (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)
            value = np.float32(t["offset"]) + np.float32(t["scale"]) * (2 * u - 1)
            out[t["name"]] = value.astype(np.float32).reshape(t["shape"])
    return out


def orders_file(folder, name, orders, sizes):
    path = folder / name
    path.write_text(json.dumps(orders.tolist()))
    return ["--orders", path, "--group-sizes", ",".join(map(str, sizes))]


def pixels(image):
    return np.clip(np.rint((image + 1) / 2 * 255), 0, 255).transpose(0, 2, 3, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", type=Path, default=Path("."))
    parser.add_argument("--only", default="parity,large,bench,decode,torch")
    args = parser.parse_args()
    program, bf16 = args.program, ["--device", args.device, "--precision", "bf16"]
    device = ["--device", args.device, "--precision", "f32"]
    tmp = Path(tempfile.mkdtemp())
    parts = args.only.split(",")

    def lpd_tiny():
        ref = load_file(REF / "lpd_tiny/expected.safetensors")
        model = ["--checkpoint", REF / "lpd_tiny/model.safetensors", "--config", REF / "lpd_tiny/config.json"]
        given = orders_file(tmp, "tiny.json", ref["orders"], ref["group_sizes"])
        labels = ",".join(map(str, ref["labels"]))
        for name, cfg, schedule in [("cfg1", 1, "linear"), ("linear4", 4, "linear"), ("constant3", 3, "constant")]:
            out = tmp / f"{name}.safetensors"
            run(program, "sample", *model, *given, "--labels", labels, "--cfg", cfg, "--cfg-schedule", schedule,
                "--greedy", "--tokens-out", out, *device)
            found = load_file(out)["tokens"]
            check(f"LPD tiny, greedy {name}: other tokens", (found != ref[f"greedy_{name}_tokens"]).sum(), 0)
        tokens = tmp / "tiny-tokens.safetensors"
        save_file({"tokens": ref["tokens"], "labels": ref["labels"]}, tokens)
        run(program, "score", *model, *given, "--tokens", tokens, "--out", tmp / "tiny-score.safetensors", *device)
        loss = -load_file(tmp / "tiny-score.safetensors")["log_prob"].mean(dtype=np.float64)
        check("LPD tiny, loss: relative difference", abs(loss / float(ref["train_loss"][0]) - 1), 1e-5)

    def vq(model, weights):
        ref = load_file(REF / f"{model}/expected.safetensors")
        save_file({"tokens": ref["codes"]}, tmp / "codes.safetensors")
        side = int(round(ref["codes"].shape[1] ** 0.5))
        out = tmp / f"{model}-images.safetensors"
        run(program, "detokenize", tmp / "codes.safetensors", "--tokenizer", weights, "--config",
            REF / f"{model}/config.json", "--grid", f"{side}x{side}", "--out", out, *device)
        apart = np.abs(load_file(out)["images"].astype(float) - pixels(ref["decoded_image"]))
        check(f"{model}, decoded: largest difference of 255", apart.max(), 1)
        check(f"{model}, decoded: share of other pixels", (apart > 0).mean(), 0.01)

    def vq_full():
        config = json.loads((REF / "vq_ds16_c2i_full/config.json").read_text())
        save_file(formula(config["tensors"]), tmp / "vq.safetensors")
        vq("vq_ds16_c2i_full", tmp / "vq.safetensors")

    def large():
        manifest = json.loads((REF / "lpd_l_256_full/manifest.json").read_text())
        ref = load_file(REF / "lpd_l_256_full/expected.safetensors")
        save_file(formula(manifest["tensors"]), tmp / "lpd.safetensors")
        model = ["--checkpoint", tmp / "lpd.safetensors", "--model", "lpd-l"]
        given = orders_file(tmp, "large.json", ref["orders"], ref["group_sizes"])
        tokens = np.empty_like(ref["orders"])
        np.put_along_axis(tokens, ref["orders"], ref["forced_tokens_in_generation_order"], 1)
        save_file({"tokens": tokens, "labels": ref["labels"]}, tmp / "forced.safetensors")
        found = {}
        for name, flags in [("cpu", ["--device", "cpu"]), ("f32", device), ("bf16", bf16)]:
            out = tmp / f"score-{name}.safetensors"
            run(program, "score", *model, *given, "--tokens", tmp / "forced.safetensors", "--out", out, *flags)
            found[name] = load_file(out)["log_prob"].astype(float)
        for name, limit in [("f32", 1e-4), ("bf16", 2e-2)]:
            apart = np.linalg.norm(found[name] - found["cpu"]) / np.linalg.norm(found["cpu"])
            check(f"LPD-L, log-probabilities in {name}: |device - cpu| / |cpu|", apart, limit)
        drawn = []
        for batch in (1, 4, 4):
            out = tmp / f"drawn-{len(drawn)}.safetensors"
            run(program, "sample", *model, "--steps", 20, "--labels", "1,2,3,4", "--cfg", 4, "--batch", batch,
                "--tokens-out", out, *bf16)
            drawn.append(load_file(out)["tokens"])
        check("LPD-L, the same run twice: other tokens", (drawn[1] != drawn[2]).sum(), 0)
        REPORT["tokens that the batch size changes, bf16"] = float((drawn[0] != drawn[1]).mean())
        exact = []
        for batch in (1, 4):
            out = tmp / f"exact-{batch}.safetensors"
            run(program, "sample", *model, "--steps", 20, "--labels", "1,2,3,4", "--cfg", 4, "--batch", batch,
                "--tokens-out", out, *device)
            exact.append(load_file(out)["tokens"])
        check("LPD-L in f32: tokens that the batch size changes", (exact[0] != exact[1]).sum(), 0)

    def bench():
        rows = []
        cases = [("bf16", 1, 9, True), ("bf16", 8, 5, False), ("bf16", 64, 5, True), ("f32", 8, 3, False)]
        for precision, batch, runs, baseline in cases:
            flags = [] if baseline else ["--no-baseline"]
            text, _ = run(program, "bench", "--model", "lpd-l", "--steps", 20, "--cfg", 4, "--batch", batch, "--runs", runs,
                          "--warm-up", 3, "--device", args.device, "--precision", precision, *flags, "--json")
            report = json.loads(text)
            for case in report["cases"]:
                if case["batch"] == batch:
                    rows.append([precision, case["method"], case["passes"], batch, case["seconds_best"],
                                 case["seconds_median"], case["images_per_second"]])
            REPORT[f"bench {precision} {batch}"] = report
        print("precision method steps batch best_s median_s images/s")
        for row in rows:
            print(*row[:4], *(f"{x:.4g}" for x in row[4:]), flush=True)

    def decode():
        if not (tmp / "vq.safetensors").exists():
            vq_full()
        rng = np.random.default_rng(0)
        save_file({"tokens": rng.integers(0, 16384, (128, 256))}, tmp / "many.safetensors")
        save_file({"tokens": rng.integers(0, 16384, (1, 256))}, tmp / "one.safetensors")
        times = {}
        for name in ("one", "many", "one", "many"):
            _, seconds = run(program, "detokenize", tmp / f"{name}.safetensors", "--tokenizer", tmp / "vq.safetensors",
                             "--grid", "16x16", "--out", tmp / "out.safetensors", "--force", *bf16)
            times[name] = min(seconds, times.get(name, seconds))
        rate = 127 / (times["many"] - times["one"])
        REPORT["VQ-16 decoding, images a second"] = rate
        print(f"VQ-16 decoding 256 px, bf16: {rate:.1f} images/s")

    def pytorch():
        script = Path(__file__).with_name("time-pytorch.py")
        for what, batch, more in [("transformer", 1, []), ("transformer", 1, ["--one-by-one"]), ("transformer", 8, []),
                                  ("transformer", 64, []), ("decoder", 1, []), ("decoder", 64, [])]:
            text, _ = run(sys.executable, script, what, "--device", args.device, "--dtype", "bfloat16",
                          "--batch", batch, "--runs", 5, *more)
            REPORT[f"PyTorch {what} {batch} {' '.join(more)}"] = text
            print(f"PyTorch, {what}, batch {batch} {' '.join(more)}: {text.splitlines()[-1]}", flush=True)

    if "parity" in parts:
        part("LPD tiny", lpd_tiny)
        part("VQ tiny", lambda: vq("vq_tiny", REF / "vq_tiny/model.safetensors"))
        part("VQ-16 by formula", vq_full)
    if "bench" in parts:
        part("bench", bench)
    if "torch" in parts:
        part("PyTorch", pytorch)
    if "decode" in parts:
        part("decode", decode)
    if "large" in parts:
        part("LPD-L by formula", large)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "gpu-check.json").write_text(json.dumps({"failed": FAILED, **REPORT}, indent=1, default=str))
    print("failed: " + (", ".join(FAILED) or "nothing"))
    return 1 if FAILED else 0


sys.exit(main())
