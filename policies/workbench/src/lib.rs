//! Runs a policy by itself, for those who write one: against a folder of cases, with every exchange with
//! its host on record, and with what each call takes beside its limits.
