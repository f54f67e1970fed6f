//! Work that is handed to Slurm: an array of shards, and a job behind it that merges them.
//!
//! Beside the folder of results lies one that ends in `.slurm`, with the scripts, what the
//! jobs say, and the folders of the shards. The scripts say all of it, so that a shard can be
//! run again by hand.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::args::SlurmArgs;
use crate::failure::{Failure, Result, reason};
use crate::printer::Printer;
use crate::shards::MOST_SHARDS;
use crate::shell;
use crate::single_file::SingleFile;

/// Seconds before the time limit at which a shard is told to end: what it has is kept every
/// 20 seconds.
const WARNING_SECONDS: u32 = 60;
/// Options that the scripts give themselves.
const OURS: [&str; 9] = [
    "chdir",
    "dependency",
    "error",
    "input",
    "open-mode",
    "output",
    "requeue",
    "signal",
    "wrap",
];
/// Options that the job that merges has no need of.
const OF_SHARDS: [&str; 4] = ["gres", "gpus", "exclusive", "ntasks"];

/// Flags that say where results go, and that the scripts say otherwise.
const OUTPUTS: [&str; 2] = ["--out", "--tokens-out"];
/// The GPU of a task, by its number on its machine.
const CUDA_OF_TASK: &str = "\"cuda:$SLURM_LOCALID\"";

/// What the shards make, and what joins them.
pub(crate) enum Joined<'a> {
    /// Folders of results.
    Results {
        /// Whether the same command runs behind the merge, and prints the results.
        again: bool,
    },
    /// Files of tokens, and images in one folder.
    #[cfg_attr(not(feature = "model"), allow(dead_code, reason = "models make them"))]
    Samples {
        tokens: Option<&'a Path>,
        images: Option<&'a Path>,
        /// Whether what is there is replaced.
        force: bool,
    },
}

/// What is to be handed in.
pub(crate) struct Slurm {
    shards: usize,
    /// How many may run at once, as sbatch has it.
    at_once: Option<usize>,
    options: Vec<(String, String)>,
    /// The folder of results, from the root on.
    out: PathBuf,
    is_dry: bool,
}

impl Slurm {
    /// What flags ask for, if they do, with results in a folder.
    pub(crate) fn of(args: &SlurmArgs, out: &Path) -> Result<Option<Self>> {
        let Some(text) = &args.slurm else {
            return Ok(None);
        };
        let refused = |why: String| Failure::input(format!("--slurm {text}: {why}"));
        let (mut array, mut options) = (None, Vec::new());
        for part in text.split(',') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
            if key.is_empty() || !key.chars().all(is_name) {
                return Err(refused(format!(
                    "'{part}' is no option; write array=N,KEY=VALUE"
                )));
            }
            if value.chars().any(|c| c.is_control() || c == '\'') {
                return Err(refused(format!(
                    "{key} has a value that no script can hold"
                )));
            }
            if OURS.contains(&key) {
                return Err(refused(format!("{key} is said by the scripts themselves")));
            }
            if key != "array" {
                options.push((key.to_owned(), value.to_owned()));
                continue;
            }
            let (count, at_once) = match value.split_once('%') {
                None => (value, None),
                Some((count, at_once)) => (count, Some(at_once)),
            };
            let number = |text: &str| {
                let number = text.parse().ok();
                number.filter(|number| (1..=MOST_SHARDS).contains(number))
            };
            let parsed = number(count).and_then(|count| match at_once {
                None => Some((count, None)),
                Some(text) => Some((count, Some(number(text)?))),
            });
            array = Some(parsed.ok_or_else(|| {
                refused(format!(
                    "array={value} is no number of shards from 1 to {MOST_SHARDS}, nor N%M"
                ))
            })?);
        }
        let (shards, at_once) =
            array.ok_or_else(|| refused("array=N is missing, the number of shards".into()))?;
        let out = std::path::absolute(out);
        let out = out.map_err(|error| Failure::input(format!("--out: {}", reason(&error))))?;
        if out
            .to_str()
            .is_none_or(|path| path.contains(['\n', '%', '\'', '"']))
        {
            return Err(Failure::input(format!(
                "--out {}: Slurm's scripts can't hold such a path",
                out.display()
            )));
        }
        Ok(Some(Self {
            shards,
            at_once,
            options,
            out,
            is_dry: args.slurm_dry_run,
        }))
    }

    /// Writes the scripts and hands them in; or shows them. The command line is the one that
    /// was typed.
    pub(crate) fn submit(
        &self,
        command_line: &[OsString],
        joined: &Joined<'_>,
        printer: &Printer,
    ) -> Result<()> {
        let program = std::env::current_exe().map_err(Failure::work)?;
        let typed = without_flags(command_line)?;
        let program = word(program.as_os_str())?;
        let here = std::env::current_dir().map_err(Failure::work)?;
        let here = word(here.as_os_str())?;
        let array = self.array(&program, &here, &typed, joined);
        let merge = self.merge(&program, &here, &typed, joined)?;
        let folder = self.folder();
        let [array_path, merge_path] = ["array.sh", "merge.sh"].map(|name| folder.join(name));
        if self.is_dry {
            printer.result(&format!("# {}\n{array}", array_path.display()))?;
            return printer.result(&format!("# {}\n{merge}", merge_path.display()));
        }
        if array_path.exists() {
            return Err(Failure::input(format!(
                "{} is there already: 'sweep status {}' says how far its shards are, and sbatch --array=LIST {} runs some of them again",
                array_path.display(),
                folder.display(),
                array_path.display()
            )));
        }
        let version = Command::new("sbatch").arg("--version").output();
        if let Err(error) = version {
            return Err(Failure::input(format!(
                "--slurm: there is no Slurm here, sbatch can't be run: {}; --slurm-dry-run shows the scripts",
                reason(&error)
            )));
        }
        let logs = folder.join("logs");
        fs_err::create_dir_all(&logs).map_err(|error| {
            Failure::Work(format!(
                "{} can't be made: {}",
                logs.display(),
                reason(&error)
            ))
        })?;
        SingleFile::new(&array_path, false)?.write(array.as_bytes())?;
        SingleFile::new(&merge_path, false)?.write(merge.as_bytes())?;
        let array_job = sbatch(&[array_path.as_os_str()])?;
        let after = format!("--dependency=afterok:{array_job}");
        let merge_job = sbatch(&[
            OsStr::new(&after),
            OsStr::new("--kill-on-invalid-dep=yes"),
            merge_path.as_os_str(),
        ])?;
        printer.result(&format!(
            "job {array_job}: {} shards; job {merge_job} merges them into {}; 'sweep status {}' says how far they are",
            self.shards,
            self.out.display(),
            folder.display()
        ))
    }

    /// The folder of scripts, logs and shards.
    fn folder(&self) -> PathBuf {
        let mut name = self.out.clone().into_os_string();
        name.push(".slurm");
        PathBuf::from(name)
    }

    /// The head of a script.
    fn head(&self, name: &str, log: &str, is_array: bool) -> String {
        let folder = self.folder();
        let mut head = String::from("#!/bin/sh\n");
        let mut option = |text: String| head.push_str(&format!("#SBATCH --{text}\n"));
        let is_named = self.options.iter().any(|(key, _)| key == "job-name");
        if !is_named {
            option(format!("job-name={name}"));
        }
        if is_array {
            let at_once = self
                .at_once
                .map(|most| format!("%{most}"))
                .unwrap_or_default();
            let shards_of_job = self.shards_of_job();
            let step = match shards_of_job {
                1 => String::new(),
                step => format!(":{step}"),
            };
            option(format!("array=1-{}{step}{at_once}", self.shards));
            if shards_of_job > 1 && !self.options.iter().any(|(key, _)| key == "ntasks") {
                option(format!("ntasks={shards_of_job}"));
            }
            option(format!("signal=B:TERM@{WARNING_SECONDS}"));
            option("requeue".into());
        }
        option(format!("output=\"{}/logs/{log}\"", folder.display()));
        option("open-mode=append".into());
        for (key, value) in &self.options {
            if is_array || !OF_SHARDS.iter().any(|of_shards| key.starts_with(of_shards)) {
                option(match value.is_empty() {
                    true => key.clone(),
                    false => format!("{key}={value}"),
                });
            }
        }
        head
    }

    /// Shards that a job runs side by side: its tasks, or else its GPUs.
    fn shards_of_job(&self) -> usize {
        let of = |wanted: &str| {
            let option = self.options.iter().find(|(key, _)| key == wanted);
            option.and_then(|(_, value)| value.rsplit(':').next()?.parse::<usize>().ok())
        };
        of("ntasks").or_else(|| of("gres")).unwrap_or(1).max(1)
    }

    /// The script of a shard, or of as many as a job has tasks. When it is told to end,
    /// because its time is up or another job goes first, what is done is kept, and it waits in
    /// the queue to go on.
    fn array(&self, program: &str, here: &str, typed: &str, joined: &Joined<'_>) -> String {
        let (head, shards) = (self.head("orders", "shard-%a.log", true), self.shards);
        let folder = self.folder();
        let folder = folder.display();
        let out = match joined {
            Joined::Results { .. } => format!("--out '{folder}/shard-'\"$shard\""),
            Joined::Samples { .. } => {
                format!("--tokens-out '{folder}/shard-'\"$shard\"'.safetensors' --force")
            }
        };
        let run = |typed: &str| format!("{program} {typed} --shard \"$shard/{shards}\" {out}");
        let (work, end) = match self.shards_of_job() {
            1 => (
                format!("shard=$first\n{} &", run(typed)),
                "kill -TERM \"$work\"",
            ),
            count => {
                // The first GPU is each task's own.
                let own = format!("--device {CUDA_OF_TASK} ");
                let of_task = format!("{typed} ").replace("--device cuda ", &own);
                let of_task = run(of_task.trim_end());
                let script = format!(
                    r#"shard=$(($0 + SLURM_PROCID))
[ "$shard" -gt {shards} ] || exec {of_task}"#
                );
                let script = shell::word(&script);
                let work = format!(
                    "srun --ntasks={count} --cpus-per-task=\"${{SLURM_CPUS_PER_TASK:-1}}\" sh -c {script} \"$first\" &"
                );
                // An srun that is told to end kills its tasks.
                (work, "scancel --signal=TERM \"$SLURM_JOB_ID\"")
            }
        };
        format!(
            r#"{head}
cd {here} || exit 1
first=${{SLURM_ARRAY_TASK_ID:?}}
{work}
work=$!
ended=no
trap 'ended=yes; {end}' TERM
wait "$work"
status=$?
if [ "$ended" = yes ]; then
    wait "$work"
    status=$?
    # What was done is kept; if that was not all, the rest is for later.
    [ "$status" -eq 0 ] || scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$first"
fi
exit "$status"
"#
        )
    }

    fn merge(&self, program: &str, here: &str, typed: &str, joined: &Joined<'_>) -> Result<String> {
        let folder = self.folder();
        let (command, ending) = match joined {
            Joined::Results { .. } => ("sweep merge", ""),
            Joined::Samples { .. } => ("sample merge", ".safetensors"),
        };
        let mut script = self.head("orders-merge", "merge.log", false);
        script.push_str(&format!("\nset -e\ncd {here}\n{program} {command}"));
        for shard in 1..=self.shards {
            let folder = folder.display();
            script.push_str(&format!(" \\\n    '{folder}/shard-{shard}{ending}'"));
        }
        let out = self.out.display();
        match joined {
            Joined::Results { again } => {
                script.push_str(&format!(" \\\n    --out '{out}'\n"));
                if *again {
                    script.push_str(&format!("{program} {typed} --out '{out}'\n"));
                }
            }
            Joined::Samples {
                tokens,
                images,
                force,
            } => {
                for (flag, path) in [("--tokens-out", tokens), ("--images", images)] {
                    if let Some(path) = path {
                        let path = word(path.as_os_str())?;
                        script.push_str(&format!(" \\\n    {flag} {path}"));
                    }
                }
                script.push_str(if *force { " --force\n" } else { "\n" });
            }
        }
        Ok(script)
    }
}

/// Hands a script in; gives the number of its job.
fn sbatch(arguments: &[&OsStr]) -> Result<String> {
    let failed = |why: String| Failure::Work(format!("sbatch takes no job: {why}"));
    let mut command = Command::new("sbatch");
    command
        .arg("--parsable")
        .args(arguments)
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| failed(reason(&error)))?;
    let said = String::from_utf8_lossy(&output.stdout);
    // A cluster's name may follow.
    let job = said.trim().split(';').next().unwrap_or_default();
    if output.status.success() && job.parse::<u64>().is_ok() {
        return Ok(job.to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).collect();
    Err(failed(said.join(" ")))
}

/// The command that was typed as words of a shell, without what is for Slurm, what says where
/// results go, and how they are printed.
fn without_flags(command_line: &[OsString]) -> Result<String> {
    let mut words = Vec::new();
    let mut typed = command_line.iter().skip(1);
    while let Some(argument) = typed.next() {
        let text = argument.to_str().unwrap_or_default();
        match text {
            "--slurm-dry-run" | "--json" | "--force" => {}
            _ if text == "--slurm" || OUTPUTS.contains(&text) => {
                typed.next();
            }
            _ if text
                .split_once('=')
                .is_some_and(|(flag, _)| flag == "--slurm" || OUTPUTS.contains(&flag)) => {}
            "--device=cuda" => words.push("--device cuda".to_owned()),
            _ => words.push(word(argument)?),
        }
    }
    Ok(words.join(" "))
}

/// A word of a shell.
fn word(text: &OsStr) -> Result<String> {
    let text = text.to_str().ok_or_else(|| {
        Failure::input(format!(
            "--slurm: '{}' is no text in UTF-8, which scripts are",
            Path::new(text).display()
        ))
    })?;
    Ok(shell::word(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slurm(text: &str) -> Result<Slurm> {
        let args = SlurmArgs {
            slurm: Some(text.to_owned()),
            slurm_dry_run: true,
        };
        Slurm::of(&args, Path::new("/results/my sweep")).map(|slurm| slurm.unwrap())
    }

    #[test]
    fn what_is_not_of_the_shards_is_left_out() {
        let typed =
            "orders-cli sweep s.toml --out=a --slurm array=3 --threads 2 --slurm-dry-run --out b";
        let typed: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
        assert_eq!(without_flags(&typed).unwrap(), "sweep s.toml --threads 2");
    }

    #[test]
    fn options_are_handed_on() {
        let slurm = slurm("partition=gpu,array=64%8,gres=gpu:1,exclusive").unwrap();
        let results = Joined::Results { again: true };
        let script = slurm.array("p", "/w", "sweep s.toml", &results);
        for line in [
            "#SBATCH --array=1-64%8",
            "#SBATCH --partition=gpu",
            "#SBATCH --gres=gpu:1",
            "#SBATCH --exclusive",
            "#SBATCH --output=\"/results/my sweep.slurm/logs/shard-%a.log\"",
            "p sweep s.toml --shard \"$shard/64\" --out '/results/my sweep.slurm/shard-'\"$shard\" &",
        ] {
            assert!(script.lines().any(|l| l == line), "{line} in {script}");
        }
        let merge = slurm.merge("p", "/w", "eval", &results).unwrap();
        assert!(merge.contains("--partition=gpu") && !merge.contains("gres"));
        assert!(merge.ends_with("--out '/results/my sweep'\np eval --out '/results/my sweep'\n"));
    }

    #[test]
    fn a_job_with_several_gpus_has_a_shard_for_each() {
        let slurm = slurm("array=20%2,gres=gpu:a100:8").unwrap();
        let samples = Joined::Samples {
            tokens: None,
            images: Some(Path::new("my images")),
            force: false,
        };
        let script = slurm.array("p", "/w", "sample --images i --device cuda", &samples);
        for line in [
            "#SBATCH --array=1-20:8%2",
            "#SBATCH --ntasks=8",
            "first=${SLURM_ARRAY_TASK_ID:?}",
            r#"srun --ntasks=8 --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" sh -c 'shard=$(($0 + SLURM_PROCID))"#,
            r#"[ "$shard" -gt 20 ] || exec p sample --images i --device "cuda:$SLURM_LOCALID" --shard "$shard/20" --tokens-out '\''/results/my sweep.slurm/shard-'\''"$shard"'\''.safetensors'\'' --force' "$first" &"#,
        ] {
            assert!(script.lines().any(|l| l == line), "{line} in {script}");
        }
        let merge = slurm.merge("p", "/w", "", &samples).unwrap();
        assert!(
            merge.contains(
                "p sample merge \\\n    '/results/my sweep.slurm/shard-1.safetensors' \\\n"
            )
        );
        assert!(merge.ends_with("shard-20.safetensors' \\\n    --images 'my images'\n"));
        assert!(!merge.contains("gres") && !merge.contains("ntasks"));
    }

    #[test]
    fn wrong_options() {
        for (text, expected) in [
            ("partition=a", "array=N is missing, the number of shards"),
            (
                "array=0",
                "array=0 is no number of shards from 1 to 100000, nor N%M",
            ),
            (
                "array=2%x",
                "array=2%x is no number of shards from 1 to 100000, nor N%M",
            ),
            (
                "array=2,output=x",
                "output is said by the scripts themselves",
            ),
            ("array=2,,", "'' is no option; write array=N,KEY=VALUE"),
            (
                "array=2,comment=it's",
                "comment has a value that no script can hold",
            ),
        ] {
            match slurm(text) {
                Err(Failure::Input(words)) => {
                    assert_eq!(words, format!("--slurm {text}: {expected}"));
                }
                _ => panic!("{text} is taken"),
            }
        }
    }
}
