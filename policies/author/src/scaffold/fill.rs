//! Templates filled in.
//!
//! `{{name}}` stands for a value. Lines between `{{if leases}}` (or `{{if not leases}}`) and `{{end}}`, each on a line
//! of its own, are for worlds with (or without) that export. There is nothing else, and no nesting.

/// A template with its values and the parts that hold.
///
/// # Panics
///
/// Where a template is broken, which a test looks at.
pub fn fill(template: &str, values: &[(&str, String)], holds: &dyn Fn(&str) -> bool) -> String {
    let mut text = String::with_capacity(template.len());
    let mut kept = true;
    for line in template.lines() {
        let directive = line
            .trim()
            .trim_start_matches("# ")
            .strip_prefix("{{")
            .and_then(|line| line.strip_suffix("}}"));
        match directive {
            Some("end") => kept = true,
            Some(condition) if condition.starts_with("if not ") => {
                kept = !holds(condition.trim_start_matches("if not "));
            }
            Some(condition) if condition.starts_with("if ") => {
                kept = holds(condition.trim_start_matches("if "));
            }
            _ if kept => {
                let mut line = line.to_owned();
                for (name, value) in values {
                    line = line.replace(&format!("{{{{{name}}}}}"), value);
                }
                assert!(!line.contains("{{"), "a template has no value for {line:?}");
                text.push_str(&line);
                text.push('\n');
            }
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn lines_are_kept_where_their_part_holds() {
        let template =
            "a {{name}}\n{{if leases}}\nb\n{{end}}\n  {{if not leases}}\nc\n  {{end}}\nd\n";
        let values = [("name", "x".to_owned())];
        assert_eq!(
            fill(template, &values, &|part| part == "leases"),
            "a x\nb\nd\n"
        );
        assert_eq!(fill(template, &values, &|_| false), "a x\nc\nd\n");
    }
}
