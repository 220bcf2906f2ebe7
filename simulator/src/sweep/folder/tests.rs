//! What a folder makes of lines that are half there, double, or of something else.

use super::*;
use crate::comparison::hex;
use crate::report::scratch;

fn plan(runs: &[&str]) -> Plan {
    Plan {
        schema_version: 1,
        program: "1.2.3".to_owned(),
        command: "shelflife sweep s.toml".to_owned(),
        scenario: serde_json::json!({ "name": "s" }),
        pareto: vec!["stale_ratio".to_owned(), "origin_loads".to_owned()],
        settings: vec!["seed".to_owned()],
        points: Vec::new(),
        runs: runs.iter().map(|run| (*run).to_owned()).collect(),
    }
}

fn found(run: &str, reads: u64) -> Found {
    Found {
        run: run.to_owned(),
        summary: Summary {
            reads,
            // Reads back as another number if it is not written in full.
            hit_ratio: 0.1 + 0.2,
            ..Summary::default()
        },
        policy_error: None,
    }
}

fn collected(folder: &Folder, plan: &Plan) -> Result<Vec<Option<u64>>, Error> {
    let mut results = Results::new();
    folder.collect(plan, &mut results)?;
    let reads = |found: Option<Found>| found.map(|found| found.summary.reads);
    Ok(results.into_iter().map(reads).collect())
}

#[test]
fn a_half_written_line_is_cut_off_and_its_run_counts_as_missing() {
    let base = scratch("half-line");
    let dir = base.join("sweep");
    let (plan, folder) = (plan(&["a", "b", "c"]), Folder::at(&dir).unwrap());
    let mut lines = folder.open(&plan, None).unwrap();
    lines.add(&found("a", 1)).unwrap();
    lines.add(&found("b", 2)).unwrap();
    drop(lines);
    let path = dir.join("runs.jsonl");
    let whole = fs::read(&path).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for end in [first + 1, first + 40, whole.len() - 1] {
        fs::write(&path, &whole[..end]).unwrap();
        assert_eq!(collected(&folder, &plan).unwrap()[..2], [Some(1), None]);
        let mut lines = folder.open(&plan, None).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole[..first]);
        lines.add(&found("c", 3)).unwrap();
        drop(lines);
        let all = collected(&folder, &plan).unwrap();
        assert_eq!(all, [Some(1), None, Some(3)]);
    }
    // Nothing but half a line, longer than the pieces that are looked at.
    fs::write(&path, hex(&[7; 100_000])).unwrap();
    drop(folder.open(&plan, None).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"");
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn a_result_is_what_its_line_reads_as() {
    let base = scratch("as-read");
    let folder = Folder::at(&base).unwrap();
    let plan = plan(&["a"]);
    let added = folder
        .open(&plan, None)
        .unwrap()
        .add(&found("a", 1))
        .unwrap();
    let mut results = Results::new();
    folder.collect(&plan, &mut results).unwrap();
    assert_eq!(results, [Some(added)]);
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn damaged_lines_and_results_of_other_runs_are_passed_over() {
    let base = scratch("damaged");
    let (plan, folder) = (plan(&["a", "b"]), Folder::at(&base).unwrap());
    let line = |found: &Found| serde_json::to_string(found).unwrap();
    let text = format!(
        "{}\nnonsense\n\0\0\0\n{}\n{}\n",
        line(&found("z", 9)),
        line(&found("b", 2)),
        line(&found("b", 2)),
    );
    fs::write(base.join("runs-1-of-2.jsonl"), text).unwrap();
    fs::write(base.join("runs-old.jsonl"), line(&found("a", 1))).unwrap();
    assert_eq!(collected(&folder, &plan).unwrap(), [None, Some(2)]);
    assert_eq!(folder.shards().unwrap(), ["1/2".parse().unwrap()]);
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn two_results_of_one_run_that_differ_are_refused() {
    let base = scratch("conflict");
    let (plan, folder) = (plan(&["a", "b"]), Folder::at(&base).unwrap());
    for (index, reads) in [(0, 1), (1, 2)] {
        let shard = Some(Shard { index, of: 2 });
        let mut lines = folder.open(&plan, shard).unwrap();
        lines.add(&found("a", reads)).unwrap();
    }
    let error = collected(&folder, &plan).unwrap_err().to_string();
    assert!(
        error.contains("runs-1-of-2.jsonl: it has another result of"),
        "{error}"
    );
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn a_file_that_another_program_writes_to_is_left_to_it() {
    let base = scratch("locked");
    let (plan, folder) = (plan(&["a"]), Folder::at(&base).unwrap());
    let lines = folder.open(&plan, None).unwrap();
    let error = folder.open(&plan, None).map(drop).unwrap_err().to_string();
    assert!(
        error.contains("another program is carrying out this sweep"),
        "{error}"
    );
    // Another shard has a file of its own.
    folder.open(&plan, Some(Shard { index: 0, of: 2 })).unwrap();
    drop(lines);
    folder.open(&plan, None).unwrap();
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn another_sweep_in_the_folder_is_refused_with_what_differs() {
    let base = scratch("another");
    let (plan, folder) = (plan(&["a", "b"]), Folder::at(&base).unwrap());
    folder.check(&plan).unwrap();
    folder.open(&plan, None).unwrap();
    folder.check(&plan).unwrap();
    let says = |change: fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        let error = folder.check(&other).unwrap_err();
        assert_eq!(error.exit_status(), 2);
        error.to_string()
    };
    let version = says(|plan| plan.program = "2.0.0".to_owned());
    assert!(
        version.contains("results of version 1.2.3 of this program, which is 2.0.0"),
        "{version}"
    );
    let runs = says(|plan| plan.runs[1] = "x".to_owned());
    assert!(runs.contains("other values in its scenario"), "{runs}");
    let settings = says(|plan| plan.settings[0] = "duration".to_owned());
    assert!(
        settings.contains("the settings seed and not duration"),
        "{settings}"
    );
    // The same runs compared otherwise are the same sweep.
    let mut otherwise = plan.clone();
    otherwise.pareto[0] = "hit_ratio".to_owned();
    folder.check(&otherwise).unwrap();
    fs::remove_dir_all(base).unwrap();
}
