#!/usr/bin/env python3
"""Time PyTorch at what `orders-cli bench` and the benchmarks of orders-model time.

The transformer is LPD-L at 256 pixels with guidance on, the decoder that of VQ-16 at
256 pixels, and training that of recipes/nano-random.toml; weights and tokens are
random. All are written as PyTorch users would: fused attention, a preallocated cache.

    pip install torch==2.6.0 numpy
    python scripts/time-pytorch.py transformer
    python scripts/time-pytorch.py decoder
    python scripts/time-pytorch.py training
"""

import argparse
import math
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

# Published group sizes of 20 steps at 256 pixels.
SIZES = [1, 2, 4, 5, 7, 8, 10, 11, 12, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 20]


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x, mask, cache=None, past=0):
        rows, positions, width = x.shape
        qkv = self.qkv(self.norm1(x))
        qkv = qkv.view(rows, positions, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if cache is not None:
            keys, values = cache
            end = past + positions
            keys[:, :, past:end] = k
            values[:, :, past:end] = v
            k, v = keys[:, :, :end], values[:, :, :end]
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.proj(mixed.transpose(1, 2).reshape(rows, positions, width))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, depth=24, width=1024, heads=16, vocab=16384, cells=256):
        super().__init__()
        self.heads, self.width, self.cells = heads, width, cells
        self.tokens = nn.Embedding(vocab, width)
        self.positions = nn.Parameter(torch.randn(1 + cells, width) * 0.02)
        self.query = nn.Parameter(torch.randn(width) * 0.02)
        self.embedding_norm = nn.LayerNorm(width, eps=1e-6)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, vocab, bias=False)

    @torch.inference_mode()
    def generate(self, sizes, samples, scale=4.0):
        rows = 2 * samples
        shape = (rows, self.heads, 1 + self.cells, self.width // self.heads)
        caches = [(torch.empty(shape), torch.empty(shape)) for _ in self.blocks]
        order = torch.randperm(self.cells)
        before = self.positions[:1].expand(rows, 1, -1)
        past, settled = 0, 0
        for size in sizes:
            slots = 1 + order[settled : settled + size]
            queries = (self.positions[slots] + self.query).expand(rows, size, -1)
            x = self.embedding_norm(torch.cat([before, queries], 1))
            new = before.shape[1]
            mask = torch.ones(new + size, past + new + size, dtype=torch.bool)
            mask[:new, past + new :] = False
            for block, cache in zip(self.blocks, caches):
                x = block(x, mask, cache, past)
            logits = self.head(self.norm(x[:, new:]))
            conditional, free = logits.chunk(2)
            ranks = torch.arange(settled, settled + size)
            scales = (1 + (scale - 1) * ranks / self.cells)[:, None]
            chances = F.softmax(free + scales * (conditional - free), -1)
            tokens = torch.multinomial(chances.flatten(0, 1), 1).view(samples, size)
            before = self.tokens(tokens.repeat(2, 1)) + self.positions[slots]
            past += new
            settled += size
        return settled

    def loss(self, tokens, orders, sizes):
        """The cross-entropy at the queries of all groups, in one pass."""
        group = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
        seen = self.cells - sizes[-1]
        slots = 1 + orders
        context = self.tokens(tokens[:, :seen]) + self.positions[slots[:, :seen]]
        first = self.positions[:1].expand(len(tokens), 1, -1)
        queries = self.positions[slots] + self.query
        x = self.embedding_norm(torch.cat([first, context, queries], 1))
        # The class is before all groups.
        keys = torch.cat([torch.tensor([-1]), group[:seen]])
        mask = torch.cat(
            [
                torch.cat([keys[:, None] >= keys, torch.zeros(1 + seen, self.cells) > 0], 1),
                torch.cat([group[:, None] > keys, group[:, None] == group], 1),
            ]
        )
        for block in self.blocks:
            x = block(x, mask)
        logits = self.head(self.norm(x[:, 1 + seen :]))
        return F.cross_entropy(logits.flatten(0, 1), tokens.flatten())


def swish(x):
    return x * torch.sigmoid(x)


def norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1, self.norm2 = norm(inputs), norm(outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        same = inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        y = self.conv1(swish(self.norm1(x)))
        y = self.conv2(swish(self.norm2(y)))
        return self.shortcut(x) + y


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.proj = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        rows, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).view(rows, 3, 1, channels, -1).transpose(3, 4)
        mixed = F.scaled_dot_product_attention(qkv[:, 0], qkv[:, 1], qkv[:, 2])
        mixed = mixed.transpose(2, 3).reshape(rows, channels, height, width)
        return x + self.proj(mixed)


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def decoder():
    levels = [128, 128, 256, 256, 512]
    inside = levels[-1]
    layers = [
        nn.Conv2d(8, 256, 1),
        nn.Conv2d(256, inside, 3, padding=1),
        Residual(inside, inside),
        Attention(inside),
        Residual(inside, inside),
    ]
    for level in reversed(range(len(levels))):
        channels = levels[level]
        for _ in range(3):
            layers.append(Residual(inside, channels))
            inside = channels
            if level == len(levels) - 1:
                layers.append(Attention(inside))
        if level > 0:
            layers.append(Upsample(inside))
    layers += [norm(inside), nn.SiLU(), nn.Conv2d(inside, 3, 3, padding=1)]
    return nn.Sequential(*layers)


def timed(run, runs):
    wait = torch.cuda.synchronize if torch.get_default_device().type == "cuda" else lambda: None
    run()
    times = []
    for _ in range(runs):
        wait()
        start = time.perf_counter()
        run()
        wait()
        times.append(time.perf_counter() - start)
    times.sort()
    print(f"best {times[0]:.3f} s, median {statistics.median(times):.3f} s of {runs}")


def updates(model, optimizer, batch=32, count=9):
    """Updates with the sizes of 8 to 256 steps in turn."""
    for index in range(count):
        steps = [8, 12, 16, 20, 24, 32, 64, 128, 256][index % 9]
        sizes = cosine(model.cells, steps)
        tokens = torch.randint(128, (batch, model.cells))
        orders = torch.rand(batch, model.cells).argsort(1)
        loss = model.loss(tokens, orders, sizes)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 3.0)
        optimizer.step()


def cosine(cells, steps):
    """Sizes near the published ones."""
    ends = [cells * (1 - math.cos(math.pi * k / (2 * steps))) for k in range(steps + 1)]
    sizes = [1] * steps
    for _ in range(cells - steps):
        short = max(range(steps), key=lambda k: ends[k + 1] - ends[k] - sizes[k])
        sizes[short] += 1
    return sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["transformer", "decoder", "training"])
    parser.add_argument("--one-by-one", action="store_true", help="256 steps")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    args = parser.parse_args()
    torch.set_default_device(args.device)
    torch.set_default_dtype(getattr(torch, args.dtype))
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    where = torch.cuda.get_device_name() if args.device == "cuda" else f"{args.threads} threads"
    print(f"PyTorch {torch.__version__}, {where}, {args.dtype}, batch {args.batch}")
    if args.what == "decoder":
        model = decoder().eval()
        latent = torch.randn(args.batch, 8, 16, 16)
        with torch.inference_mode():
            timed(lambda: model(latent), args.runs)
    elif args.what == "training":
        model = Transformer(depth=4, width=128, heads=4, vocab=128)
        optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.95))
        print("288 images:")
        timed(lambda: updates(model, optimizer), args.runs)
    else:
        model = Transformer().eval()
        sizes = [1] * 256 if args.one_by_one else SIZES
        assert sum(sizes) == model.cells
        timed(lambda: model.generate(sizes, args.batch), args.runs)


main()
