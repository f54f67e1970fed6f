#!/usr/bin/env bash
# Sweeps, evaluations and samples on a real Slurm: a cluster of this machine alone, made for the test
# and taken down behind it. It needs root, and slurmctld, slurmd and sbatch (Debian:
# slurm-wlm).
#
#   tests/slurm/run.sh PROGRAM        PROGRAM has the feature 'tables'; with 'model' as well,
#                                     evaluations are tested too
#
# Status 77: there can be no cluster here, and nothing was tested.
set -euo pipefail

program=$(realpath "$1")
here=$(mktemp -d)
cd "$here"

fail() {
    echo "slurm: $*" >&2
    tail -n 40 "$here"/slurm*.log >&2 || true
    exit 1
}

# Waits until a command says yes, for at most so many seconds.
until_yes() {
    local seconds=$1 what=$2
    shift 2
    for _ in $(seq $((seconds * 5))); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.2
    done
    fail "$what did not come about in $seconds s"
}

start_cluster() {
    local host
    host=$(hostname -s)
    mkdir -p state spool
    # Nobody else is here: no keys, and jobs may follow each other at once.
    cat >slurm.conf <<EOF
ClusterName=orders
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/none
AuthInfo=cred_expire=10
CredType=cred/none
CryptoType=crypto/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=1,batch_sched_delay=0,sched_interval=2
SchedulerType=sched/backfill
MinJobAge=300
KillWait=5
ReturnToService=2
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
    export SLURM_CONF=$here/slurm.conf
    slurmctld && slurmd || no_cluster
    for _ in $(seq 150); do
        if sinfo -h -o %t 2>/dev/null | grep -q idle; then
            return
        fi
        sleep 0.2
    done
    no_cluster
}

no_cluster() {
    echo "slurm: no cluster comes up on this machine; nothing was tested" >&2
    tail -n 10 "$here"/slurm*.log >&2 || true
    exit 77
}

stop_cluster() {
    local name
    for name in slurmd slurmctld; do
        if [ -f "$here/$name.pid" ]; then
            kill "$(cat "$here/$name.pid")" 2>/dev/null || true
        fi
    done
    # They may still be at their last writes.
    sleep 1
    rm -rf "$here" || { sleep 3; rm -rf "$here"; }
}
trap stop_cluster EXIT

is_over() {
    [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]
}

# The numbers of the two jobs, of what --slurm prints.
jobs_of() {
    sed -n 's/^job \([0-9]*\): .*; job \([0-9]*\) merges.*/\1 \2/p'
}

same_trials() {
    diff -r "$1/trials" "$2/trials" && cmp "$1/orders.parquet" "$2/orders.parquet"
}

start_cluster
cat >sweep.toml <<'EOF'
orders = 40
grids = ["12x12"]
steps = [6, 9, 12, 20]
sizes = ["cosine"]
fields = ["exp:3"]
[[methods]]
name = "lpd"
set = { repulsion = [0, 1, 2, 3] }
[[methods]]
name = "random"
EOF

echo "slurm: an array, and a merge equal to one run"
"$program" sweep sweep.toml --out whole -q
read -r array merge < <("$program" sweep sweep.toml --out merged --slurm "array=3,time=5" | jobs_of)
until_yes 120 "the end of the jobs" is_over "$array,$merge"
same_trials whole merged || fail "what was merged differs"
"$program" sweep status merged.slurm | grep -q "3 of 3 folders are done" || fail "status"
if "$program" sweep sweep.toml --out merged --slurm array=3 2>error; then
    fail "the same array was handed in twice"
fi
grep -q "array.sh is there already" error || fail "$(cat error)"

echo "slurm: a task that is lost is run again by itself"
rm -rf merged/ merged.slurm/shard-2
if "$program" sweep merge merged.slurm/shard-1 merged.slurm/shard-3 --out merged 2>error; then
    fail "a merge without a shard"
fi
again=$(sed -n 's/.*, or \(sbatch --array=2 .*array.sh\)$/\1/p' error)
[ -n "$again" ] || fail "$(cat error)"
array=$(${again/sbatch/sbatch --parsable})
until_yes 60 "the lost shard" is_over "$array"
sh merged.slurm/merge.sh
same_trials whole merged || fail "what was merged behind a lost shard differs"

echo "slurm: told to end, a task keeps what it has and goes on later"
cat >long.toml <<'EOF'
orders = 800
grids = ["32x32"]
steps = [32, 48, 64, 96]
sizes = ["cosine"]
measures = ["proximity", "nearest_context"]
[[methods]]
name = "lpd"
set = { repulsion = [2, 3, 4] }
EOF
read -r array merge < <("$program" sweep long.toml --threads 1 --out long --slurm "array=2,time=10" | jobs_of)
has_result() {
    [ -n "$(ls long.slurm/shard-1/trials 2>/dev/null)" ]
}
until_yes 120 "a first result" has_result
# The signal that a time limit sends.
scancel --batch --signal=TERM "${array}_1"
is_requeued() {
    scontrol show job "${array}_1" | grep -q "Restarts=1"
}
until_yes 60 "the task in the queue again" is_requeued
"$program" sweep status long.slurm
kept=$(ls long.slurm/shard-1/trials | wc -l)
[ "$kept" -ge 1 ] || fail "nothing was kept"
until_yes 400 "the end of a task that was put back" is_over "$array,$merge"
"$program" sweep long.toml --out long-whole -q
same_trials long long-whole || fail "what was merged behind a requeue differs"

if "$program" eval --help >/dev/null 2>&1; then
    echo "slurm: an evaluation"
    "$program" eval --limit 9 --steps 8 --runs 0 --method halton --out eval-whole -q >table
    read -r array merge < <("$program" eval --limit 9 --steps 8 --runs 0 --method halton --out eval --slurm array=2 | jobs_of)
    until_yes 300 "the end of the evaluation" is_over "$array,$merge"
    grep -F "$(tail -n 1 table)" eval.slurm/logs/merge.log >/dev/null || fail "the table differs"
    diff -r eval/trials eval-whole/trials || fail "what was merged of an evaluation differs"

    echo "slurm: samples, two shards in each job"
    samples=(--steps 8 --labels 1,2,3 --per-label 3 --seed 5)
    "$program" sample "${samples[@]}" --tokens-out whole.safetensors --images images-whole -q
    read -r array merge < <("$program" sample "${samples[@]}" --tokens-out samples.safetensors --images images --threads 1 --slurm array=3,ntasks=2 | jobs_of)
    until_yes 300 "the end of the samples" is_over "$array,$merge"
    cmp samples.safetensors whole.safetensors || fail "what was merged of samples differs: $(cat samples.safetensors.slurm/logs/*)"
    diff -r images images-whole || fail "images of shards differ"
    rm samples.safetensors images/sheet.png samples.safetensors.slurm/shard-2.safetensors
    if sh samples.safetensors.slurm/merge.sh 2>error; then
        fail "samples were merged without a shard"
    fi
    again=$(sed -n 's/.*, or \(sbatch --array=1 .*array.sh\)$/\1/p' error)
    [ -n "$again" ] || fail "$(cat error)"
    array=$(${again/sbatch/sbatch --parsable})
    until_yes 120 "the lost shard of samples" is_over "$array"
    sh samples.safetensors.slurm/merge.sh
    cmp samples.safetensors whole.safetensors || fail "samples of a shard that was lost differ"
    diff -r images images-whole || fail "images of a shard that was lost differ"
fi

echo "slurm: a full disk in a task loses nothing"
"$program" sweep sweep.toml --out full --slurm "array=2,time=5" --slurm-dry-run >scripts
mkdir -p full.slurm/logs
sed -n '/array.sh$/,/merge.sh$/p' scripts | sed '1d;$d' | sed 's/^cd .*/&\nulimit -f 1/' >full.slurm/array.sh
array=$(sbatch --parsable full.slurm/array.sh)
until_yes 120 "the end of tasks without room" is_over "$array"
grep -q "can't be written" full.slurm/logs/shard-1.log || fail "$(cat full.slurm/logs/*)"
! grep -q panicked full.slurm/logs/*.log || fail "a panic: $(cat full.slurm/logs/*)"
sed -i '/^ulimit/d' full.slurm/array.sh
array=$(sbatch --parsable full.slurm/array.sh)
until_yes 120 "the tasks, with room" is_over "$array"
"$program" sweep merge full.slurm/shard-1 full.slurm/shard-2 --out full
same_trials whole full || fail "what was merged behind a full disk differs"

echo "slurm: two jobs in one folder"
long=$("$program" sweep long.toml --threads 1 --out both --slurm "array=2,time=10" | jobs_of)
read -r array merge <<<"$long"
is_begun() {
    [ -n "$(ls both.slurm/shard-1/trials 2>/dev/null)" ]
}
until_yes 120 "a first result" is_begun
if "$program" sweep long.toml --threads 1 --shard 1/2 --out both.slurm/shard-1 -q 2>error; then
    fail "two processes were at work in one folder"
fi
grep -q "is in use by" error || fail "$(cat error)"
scancel "$array" "$merge"
until_yes 60 "the end of the jobs" is_over "$array,$merge"
echo "slurm: all is well"
