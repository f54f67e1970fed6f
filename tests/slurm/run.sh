#!/usr/bin/env bash
# Sweeps and evaluations on a real Slurm: a cluster of this machine alone, made for the test
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
fi
echo "slurm: all is well"
