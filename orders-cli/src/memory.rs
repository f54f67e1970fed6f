//! How much memory there is: what libraries are told that allocate much.
//!
//! The least of what the machine has free, what control groups (containers) leave, and
//! what the limit on addresses (`ulimit -v`) leaves. Elsewhere than on Linux there is no
//! word of it, and no limit.

use std::fs;
use std::path::{Path, PathBuf};

use orders_core::MemoryLimit;

/// Memory that this process may take now.
pub(crate) fn limit() -> MemoryLimit {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let found = [
        of_machine(&read),
        of_addresses(&read),
        of_control_groups(&read),
    ];
    let least = found.into_iter().flatten().min();
    least.map_or(MemoryLimit::NONE, MemoryLimit::of_bytes)
}

/// Reads a text file, if it is there.
type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// What the kernel can give to programs without swapping.
fn of_machine(read: Read<'_>) -> Option<u64> {
    let text = read(Path::new("/proc/meminfo"))?;
    kilobytes(&text, "MemAvailable:")
}

/// What the limit on the addresses of a process leaves, less a fifth: threads take addresses
/// in blocks of which they use a part.
fn of_addresses(read: Read<'_>) -> Option<u64> {
    let limits = read(Path::new("/proc/self/limits"))?;
    let line = limits.lines().find_map(|line| {
        line.strip_prefix("Max address space")
            .map(str::split_whitespace)
    });
    let most: u64 = line?.next()?.parse().ok()?;
    let status = read(Path::new("/proc/self/status"))?;
    let left = most.saturating_sub(kilobytes(&status, "VmSize:")?);
    Some(left - left / 5)
}

/// The number behind a word at the beginning of a line, which counts kilobytes.
fn kilobytes(text: &str, word: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    let number: u64 = line.split_whitespace().next()?.parse().ok()?;
    number.checked_mul(1024)
}

/// What the control group of the process and those above it leave, in either version of
/// their files.
fn of_control_groups(read: Read<'_>) -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup"))?;
    let of_line = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let (root, files) = match controllers {
            "" => ("/sys/fs/cgroup", &UNIFIED),
            _ if controllers.split(',').any(|one| one == "memory") => {
                ("/sys/fs/cgroup/memory", &SEPARATE)
            }
            _ => return None,
        };
        // In a container the path may be one of the host, which is not there; the root
        // always is.
        let relative = Path::new(path.trim_start_matches('/'));
        let folders = relative.ancestors().map(|path| Path::new(root).join(path));
        folders.filter_map(|folder| files.left(read, &folder)).min()
    };
    groups.lines().filter_map(of_line).min()
}

/// What the files of a control group are called.
struct GroupFiles {
    most: &'static str,
    used: &'static str,
    /// What the kernel would give back of that, in the file `memory.stat`.
    reclaimable: &'static str,
}

const UNIFIED: GroupFiles = GroupFiles {
    most: "memory.max",
    used: "memory.current",
    reclaimable: "inactive_file ",
};

const SEPARATE: GroupFiles = GroupFiles {
    most: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    reclaimable: "total_inactive_file ",
};

impl GroupFiles {
    /// What a group leaves, if it has a limit.
    fn left(&self, read: Read<'_>, folder: &Path) -> Option<u64> {
        let number = |name: &str| -> Option<u64> {
            let path: PathBuf = folder.join(name);
            read(&path)?.trim().parse().ok()
        };
        // Without a limit it is the word "max", or a number beyond all memory.
        let (most, used) = (number(self.most)?, number(self.used)?);
        let statistics = read(&folder.join("memory.stat")).unwrap_or_default();
        let mut lines = statistics.lines();
        let reclaimable = lines.find_map(|line| line.strip_prefix(self.reclaimable));
        let reclaimable = reclaimable.and_then(|number| number.trim().parse().ok());
        let held = used.saturating_sub(reclaimable.unwrap_or(0));
        Some(most.saturating_sub(held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system with these files only.
    fn on(files: &[(&str, &str)], ask: impl Fn(Read<'_>) -> Option<u64>) -> Option<u64> {
        ask(&|path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned())
        })
    }

    #[test]
    fn the_machine_says_what_is_free() {
        let text = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   1000 kB\n";
        assert_eq!(on(&[("/proc/meminfo", text)], of_machine), Some(1_024_000));
        assert_eq!(on(&[("/proc/meminfo", "MemFree: 1 kB")], of_machine), None);
        assert_eq!(on(&[], of_machine), None);
    }

    #[test]
    fn a_limit_on_addresses_counts() {
        let limits = |most: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\nMax address space         {most}            unlimited            bytes\n"
            )
        };
        let left = |most: &str| {
            let files = [
                ("/proc/self/limits", limits(most)),
                ("/proc/self/status", "VmSize:\t    10 kB\n".to_owned()),
            ];
            let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
            on(&files, of_addresses)
        };
        assert_eq!(left("100000"), Some((100_000 - 10_240) / 5 * 4));
        assert_eq!(left("1"), Some(0));
        assert_eq!(left("unlimited"), None);
    }

    #[test]
    fn control_groups_count() {
        // The group above has less to give than its own, and a file cache is given back.
        let files = [
            ("/proc/self/cgroup", "0::/user/job\n"),
            ("/sys/fs/cgroup/user/job/memory.max", "5000\n"),
            ("/sys/fs/cgroup/user/job/memory.current", "1000\n"),
            ("/sys/fs/cgroup/user/memory.max", "4000\n"),
            ("/sys/fs/cgroup/user/memory.current", "3000\n"),
            (
                "/sys/fs/cgroup/user/memory.stat",
                "anon 1\ninactive_file 500\n",
            ),
        ];
        assert_eq!(on(&files, of_control_groups), Some(1500));
        let without = [
            ("/proc/self/cgroup", "0::/job\n"),
            ("/sys/fs/cgroup/job/memory.max", "max\n"),
            ("/sys/fs/cgroup/job/memory.current", "1000\n"),
        ];
        assert_eq!(on(&without, of_control_groups), None);
        // In a container, the path is one of the host.
        let separate = [
            (
                "/proc/self/cgroup",
                "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n",
            ),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9000\n"),
            ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "2000\n"),
        ];
        assert_eq!(on(&separate, of_control_groups), Some(7000));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_a_limit() {
        assert!(limit().bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
