//! `sample --shard` and `sample merge`: several processes make the files of one.

use crate::folder::Folder;

const SAMPLE: &str = "-q sample --labels 0,3,none --per-label 3 --seed 4";

#[test]
fn shards_make_what_one_run_makes() {
    for chosen in [
        "--steps 8",
        "--steps 20 --decoding exact",
        "--scheduler entropy-bound,budget=20",
    ] {
        let folder = Folder::new();
        let sample = format!("{SAMPLE} {chosen}");
        folder.done(&format!(
            "{sample} --tokens-out whole.safetensors --images whole"
        ));
        for shard in [3, 1, 4, 2] {
            folder.done(&format!(
                "{sample} --tokens-out s{shard}.safetensors --images parts --shard {shard}/4"
            ));
        }
        let names: Vec<String> = folder.names();
        assert!(!names.contains(&"parts/sheet.png".to_owned()), "{names:?}");
        let shards = "s4.safetensors s1.safetensors s2.safetensors s3.safetensors";
        let said = folder.done(&format!(
            "sample merge {shards} --tokens-out merged.safetensors --images parts"
        ));
        assert_eq!(said, "9 samples of 4 shards: merged.safetensors, parts\n");
        assert!(
            folder.read("merged.safetensors") == folder.read("whole.safetensors"),
            "{chosen}"
        );
        let of = |prefix: &str| {
            let content = folder.content().into_iter();
            let images = content.filter_map(|(name, content)| {
                Some((name.strip_prefix(prefix)?.to_owned(), content))
            });
            images.collect::<Vec<_>>()
        };
        assert!(of("parts/") == of("whole/"), "{chosen}");
    }
}

#[test]
fn wrong_shards() {
    let folder = Folder::new();
    for shard in [1, 2] {
        folder.done(&format!(
            "{SAMPLE} --steps 8 --tokens-out s{shard}.safetensors --shard {shard}/3"
        ));
    }
    folder.done("-q sample --labels 0,3,none --per-label 3 --seed 5 --steps 8 --tokens-out other.safetensors --shard 3/3");
    folder.done(&format!(
        "{SAMPLE} --steps 8 --tokens-out whole.safetensors"
    ));
    let merge = "sample merge s1.safetensors s2.safetensors";
    for (command, error) in [
        (
            format!("{merge} --tokens-out m.safetensors"),
            "1 of 3 shards are missing; of the first, 3, it is not among the files; to be run again: --shard i/3 with i = 3",
        ),
        (
            format!("{merge} s3.safetensors --tokens-out m.safetensors"),
            "1 of 3 shards are missing; of the first, 3, there is no s3.safetensors; to be run again: --shard i/3 with i = 3",
        ),
        (
            format!("{merge} other.safetensors --tokens-out m.safetensors"),
            "s1.safetensors and other.safetensors are no shards of the same samples: their orders differs",
        ),
        (
            format!("{merge} s2.safetensors --tokens-out m.safetensors"),
            "s2.safetensors and s2.safetensors are the same shard, 2/3",
        ),
        (
            format!("{merge} whole.safetensors --tokens-out m.safetensors"),
            "whole.safetensors has no tokens of 'sample --shard'",
        ),
        (
            merge.to_owned(),
            "nothing would be kept: give --tokens-out FILE.safetensors, or --images DIR",
        ),
        (
            "sample --labels 1 --steps 8 --tokens-out few.safetensors --shard 1/3".to_owned(),
            "--shard 1/3: there are as many shards as samples at most, which are 1 here",
        ),
        (
            format!("{SAMPLE} --steps 8 --images i --slurm time=5 --slurm-dry-run"),
            "--slurm time=5: array=N is missing, the number of shards",
        ),
    ] {
        folder.refuses(2, &command, error);
    }
    folder.done(&format!(
        "{SAMPLE} --steps 8 --tokens-out s3.safetensors --shard 3/3"
    ));
    let error = folder.run(&format!("{merge} s3.safetensors --images none"));
    assert_eq!(
        error.stderr,
        "error: there is no none/0000.png, an image of shard 1/3\n"
    );
    assert!(!folder.path("m.safetensors").exists());
    // Cut off anywhere, a shard is refused.
    let whole = folder.read("s3.safetensors");
    for length in [0, 9, 200, whole.len() - 1] {
        folder.write("s3.safetensors", &whole[..length]);
        let outcome = folder.run(&format!(
            "{merge} s3.safetensors --tokens-out m.safetensors"
        ));
        assert_eq!(outcome.status, 2, "{outcome}");
        assert!(
            outcome.stderr.starts_with("error: s3.safetensors"),
            "{outcome}"
        );
    }
}

/// Each shard makes what it needs to be joined, wherever tokens go in the end.
#[test]
fn what_slurm_is_handed() {
    let folder = Folder::new();
    let scripts = folder.done(&format!(
        "{SAMPLE} --steps 8 --images i --slurm array=5,gres=gpu:2 --slurm-dry-run"
    ));
    for part in [
        "#SBATCH --array=1-5:2\n",
        "#SBATCH --ntasks=2\n",
        "srun --ntasks=2 ",
        " sample --labels 0,3,none --per-label 3 --seed 4 --steps 8 --images i --shard \"$shard/5\" --tokens-out ",
        " sample merge \\\n",
        "i.slurm/shard-5.safetensors' \\\n    --images i\n",
    ] {
        assert!(scripts.contains(part), "{part} in {scripts}");
    }
    assert!(folder.names().is_empty());
}
