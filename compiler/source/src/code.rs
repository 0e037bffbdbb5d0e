//! The list of all diagnostics. Each has its page in `docs/errors`.

use serde::Serialize;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// The output is right but the user should know something.
    Warning,
}

/// The stable name of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Code {
    /// `E0107` or `W0701`; the letter is the severity, the first two digits the pass.
    pub id: &'static str,
    /// The rule in a few words.
    pub title: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
}

macro_rules! code_table {
    ($($(#[$section:meta])* $name:ident = $severity:ident $id:literal $title:literal;)*) => {
        /// One constant per rule.
        pub mod codes {
            use super::{Code, Severity};
            $(
                $(#[$section])*
                #[doc = $title]
                pub const $name: Code = Code { id: $id, title: $title, severity: Severity::$severity };
            )*
        }
        /// The page that explains a code, in Markdown.
        #[must_use]
        pub fn page(code: Code) -> &'static str {
            match code.id {
                $($id => include_str!(concat!("../../../docs/errors/", $id, ".md")),)*
                _ => "",
            }
        }

        /// Every code, in order.
        pub const ALL: &[Code] = &[$(codes::$name),*];
    };
}

code_table! {
    // 01: reading the file
    NOT_READABLE = Error "E0101" "the file cannot be read";
    TOO_LARGE = Error "E0102" "the file is larger than the cap";
    NOT_UTF8 = Error "E0103" "the file is not UTF-8";
    EMPTY = Error "E0104" "the file holds nothing";
    SYNTAX = Error "E0105" "the YAML is malformed";
    TAB = Error "E0106" "a tab stands where YAML wants spaces";
    DUPLICATE_KEY = Error "E0107" "a key stands twice in one mapping";
    TOO_DEEP = Error "E0108" "the nesting is deeper than the cap";
    TOO_MANY_NODES = Error "E0109" "aliases expand to more than the cap";
    BAD_ALIAS = Error "E0110" "an alias or merge key that cannot be followed";
    BAD_KEY = Error "E0111" "a key that is no plain word";
    MANY_DOCUMENTS = Error "E0112" "more than one document in the file";
    TAG = Error "E0113" "a YAML tag, which the language does not use";
    CONTROL_CHARACTER = Error "E0114" "a control character in a value";

    // 02: what was written against the shape of the language
    UNKNOWN_KEY = Error "E0201" "a key the language does not know";
    WRONG_TYPE = Error "E0202" "a value of the wrong type";
    MISSING_FIELD = Error "E0203" "a required field is missing";
    UNKNOWN_VALUE = Error "E0204" "a word the field does not know";
    BAD_FORMAT = Error "E0205" "a value that does not have the field's form";
    OUT_OF_RANGE = Error "E0206" "a number outside the field's range";
    FLOAT_VERSION = Error "E0207" "a version written as a number";
    BAD_NAME = Error "E0208" "a name that is not allowed";
    MISPLACED_NULL = Error "E0209" "null where there is nothing to reset";
    LANGUAGE_VERSION = Error "E0210" "a language version this compiler does not speak";
    NOT_OVERRIDABLE = Error "E0211" "a field an environment may not override";
    FLOW_TRAP = Error "E0212" "YAML read something else than was meant";
    EXCLUSIVE = Error "E0213" "fields that exclude each other";

    // 03: names and references
    UNDEFINED = Error "E0301" "a name that nothing defines";
    CYCLE = Error "E0302" "services that wait for each other";
    COLLISION = Error "E0303" "two things with one name";
    BAD_REFERENCE = Error "E0304" "a reference that cannot be followed";
    SECRET_MISPLACED = Error "E0305" "a secret where its value would be written down";
    ROUTE_CONFLICT = Error "E0306" "two services claim one route";
    HOST_CONFLICT = Error "E0307" "one host in two environments";
    NO_PORT = Error "E0308" "a route or probe needs a port the service does not have";
    LIKE = Error "E0309" "`like` names a service it cannot copy";
    VARIABLE_CONFLICT = Error "E0310" "two values for one environment variable";

    // 04: rules across the stack
    SECRET_LITERAL = Error "E0401" "a literal that looks like a credential";
    UNPINNED_IMAGE = Error "E0402" "an image without an exact tag";
    UNKNOWN_VERSION = Error "E0403" "a version without a verified pin";
    SCALE = Error "E0404" "a scale that cannot be run";
    PUBLIC_INTERNALS = Error "E0405" "a route makes metrics or detailed health public";
    RPO = Error "E0406" "the backup interval cannot keep the promised RPO";
    CORS = Error "E0408" "a CORS rule that opens the site";
    LIMIT_UNMATCHED = Error "E0409" "a limit that matches no route";
    CONNECTIONS = Error "E0410" "more connections than the store takes";
    TIMEOUTS = Error "E0411" "timeouts that contradict each other";
    CRON = Error "E0412" "a schedule that is no cron expression";
    NEEDS_COMMAND = Error "E0413" "a service without a command";
    NEEDS_HEALTH = Error "E0414" "no way to tell whether the service is healthy";
    SECRET_ABSENT = Error "E0415" "a secret used where it is not provided";
    REPLICATION = Error "E0420" "a store that cannot feed logical replication";
    PORT_CONFLICT = Error "E0421" "one port with two owners";

    // 05: targets
    UNSUPPORTED = Error "E0501" "a target cannot honour a field";
    CANNOT_CARRY = Error "E0502" "a format cannot carry a value";
    PATH_CONFLICT = Error "E0503" "two artifacts claim one path";
    BAD_PATH = Error "E0504" "a path that is not portable or leaves the output root";
    UNKNOWN_TARGET = Error "E0505" "a target that does not exist";
    PATCH = Error "E0506" "a patch that cannot be applied";
    ACCEPT = Error "E0507" "an acceptance that matches nothing";

    // 06: the disk
    EDITED = Error "E0601" "a generated file was edited by hand";
    FOREIGN = Error "E0602" "a file in the way is not ours";
    MANIFEST_CONFLICT = Error "E0603" "the manifest holds merge conflict markers or is damaged";
    MANIFEST_NEWER = Error "E0604" "the manifest was written by a newer stackc";
    LOCKED = Error "E0605" "another stackc is writing";
    IO = Error "E0606" "the file system refused";
    ESCAPES_ROOT = Error "E0607" "a write would leave the output root";
    OWNED_ELSEWHERE = Error "E0608" "another stack in this repository owns the file";
    NO_STACK = Error "E0609" "no stack.yaml found";
    OUT_OF_DATE = Error "E0611" "a generated file is not what the stack says";
    BLOCK_DAMAGED = Error "E0610" "the markers of a shared block are damaged";

    // 07: warnings
    PLANNED = Warning "W0701" "a field no target renders yet";
    APPROXIMATED = Warning "W0702" "a target can only approximate a field";
    NO_BACKUP = Warning "W0703" "a store without a backup";
    SINGLE_COPY = Warning "W0704" "production runs one copy";
    MISSING_METRIC = Warning "W0705" "an alert on a metric nobody exports";
    HSTS_PRELOAD = Warning "W0706" "HSTS preload is hard to take back";
    UNSAFE_CSP = Warning "W0707" "the content security policy allows unsafe inline code";
    NO_EFFECT = Warning "W0708" "a field that changes nothing here";
    CUT_SHORT = Warning "W0709" "a `#` that may cut a value short";
    LIVENESS = Warning "W0710" "a copy is restarted when what it needs is away";
    MEMORY_SHARE = Warning "W0711" "a share of memory that nobody reserved";
    CERTIFICATE = Warning "W0712" "a certificate that may expire unseen";
    UNAWAITED = Warning "W0713" "a query may outlast everybody who waits for it";
    GRACE = Warning "W0714" "a service is killed before its longest request may end";
    UNSERVED = Warning "W0715" "a front end that nothing serves to the public";
    EXPIRED = Warning "W0720" "an exception whose day has come";
    PATCH_ADDS = Warning "W0721" "a patch that adds what may be misspelt";
    SHELL = Warning "W0722" "a command that looks like a shell's";
    NO_SOURCES = Warning "W0723" "what is built from is not there";
}
