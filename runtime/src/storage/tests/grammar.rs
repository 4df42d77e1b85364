//! Random statements and what they are given, as users might write them.

use crate::value::{Blob, Value};

const COLUMNS: &[&str] = &["i", "s", "a", "b", "r", "n", "id", "kind", "g", "h", "i + 5", "j ->> '$.k'"];
const COMPARISONS: &[&str] = &["=", "<>", "<", ">=", ">", "<=", "IS", "IS NOT", "=="];
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "&", "|", "<<", "||"];
const TYPES: &[&str] = &["INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB"];
const LITERALS: &[&str] = &["'5'", "5", "5.0", "NULL", "x'35'", "'abc'", "0", "'05'"];

/// A statement and the values of its placeholders.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) statement: String,
    pub(super) values: Vec<Value>,
    /// How many columns its rows have, if it only reads.
    pub(super) columns: Option<usize>,
}

impl Case {
    /// The statement that the bytes choose. Few bytes choose simple ones.
    pub(super) fn chosen_by(bytes: &[u8]) -> Self {
        let mut author = Author { bytes: bytes.iter(), style: 0, scope: COLUMNS, values: Vec::new() };
        author.style = author.pick(3);
        let (statement, columns) = author.statement();
        Self { statement, values: author.values, columns }
    }
}

struct Author<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// How placeholders are written.
    style: usize,
    scope: &'static [&'static str],
    values: Vec<Value>,
}

impl Author<'_> {
    fn pick(&mut self, count: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or_default()) % count
    }

    fn maybe(&mut self) -> bool {
        self.pick(2) == 1
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.pick(words.len())]
    }

    fn value(&mut self) -> Value {
        const INTEGERS: [i64; 12] =
            [5, 1, 0, -1, 6, 2, 3, 9_007_199_254_740_991, 9_007_199_254_740_993, i64::MAX, i64::MIN, 7];
        match self.pick(8) {
            0..=4 => Value::Integer(INTEGERS[self.pick(INTEGERS.len())]),
            5 => Value::Text(self.one_of(&["5", "05", "5.0", "abc", "", "$.k", "a%"]).into()),
            6 => Value::Real([5.0, 0.5, -0.0, 1e300, 9_007_199_254_740_992.0][self.pick(5)]),
            _ if self.maybe() => Value::Null,
            _ => Value::Blob(Blob([vec![0x35], vec![], vec![0]][self.pick(3)].clone())),
        }
    }

    fn parameter(&mut self) -> String {
        let reused = self.style > 0 && !self.values.is_empty() && self.pick(3) == 2;
        let index = if reused {
            self.pick(self.values.len())
        } else {
            let value = self.value();
            self.values.push(value);
            self.values.len() - 1
        };
        match self.style {
            0 => "?".to_owned(),
            1 => format!("?{}", index + 1),
            _ => format!("{}p{index}", [":", "@", "$"][index % 3]),
        }
    }

    fn column(&mut self) -> String {
        if self.scope.is_empty() {
            self.one_of(LITERALS).to_owned()
        } else {
            self.one_of(self.scope).to_owned()
        }
    }

    /// Something to compare with: mostly a parameter.
    fn operand(&mut self) -> String {
        match self.pick(8) {
            0..=4 => self.parameter(),
            5 => self.one_of(LITERALS).to_owned(),
            6 => self.column(),
            _ => self.expression(1),
        }
    }

    /// A condition that an index might serve.
    fn condition(&mut self, depth: usize) -> String {
        let column = self.column();
        match self.pick(11) {
            0..=2 => format!("{column} {} {}", self.one_of(COMPARISONS), self.operand()),
            3 => format!("{column} BETWEEN {} AND {}", self.operand(), self.operand()),
            4 => format!("{column} IN ({})", self.list(1)),
            5 => format!("{column} NOT IN ({})", self.list(2)),
            6 => {
                let (other, comparison) = (self.column(), self.one_of(&["=", "<", ">="]));
                format!("({column}, {other}) {comparison} ({}, {})", self.operand(), self.operand())
            }
            7 => format!("{} {} {column}", self.operand(), self.one_of(COMPARISONS)),
            8 => format!("{column} {} {}", self.one_of(&["LIKE", "GLOB", "NOT LIKE"]), self.operand()),
            9 if depth > 0 => {
                let word = self.one_of(&["AND", "OR"]);
                format!("{} {word} {}", self.condition(depth - 1), self.condition(depth - 1))
            }
            _ => self.expression(depth),
        }
    }

    fn list(&mut self, least: usize) -> String {
        let count = least + self.pick(3);
        (0..count).map(|_| self.operand()).collect::<Vec<_>>().join(", ")
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.parameter();
        }
        let depth = depth - 1;
        match self.pick(18) {
            0 => self.parameter(),
            1 => format!("{} {} {}", self.parameter(), self.one_of(OPERATORS), self.operand()),
            2 => format!("{}{}", self.one_of(&["-", "+", "~", "NOT ", "- -"]), self.parameter()),
            3 => {
                format!("{} {}", self.parameter(), self.one_of(&["IS NULL", "NOTNULL", "IS TRUE", "ISNULL"]))
            }
            4 => format!("{} COLLATE NOCASE", self.parameter()),
            5 => format!(
                "CASE {} WHEN {} THEN {} WHEN {} THEN 1 ELSE {} END",
                self.operand(),
                self.operand(),
                self.parameter(),
                self.operand(),
                self.operand()
            ),
            6 => format!("CASE WHEN {} THEN {} END", self.condition(depth), self.parameter()),
            7 => format!("CAST({} AS {})", self.expression(depth), self.one_of(TYPES)),
            8 => format!("typeof({})", self.expression(depth)),
            9 => format!("{}({}, {})", self.function(), self.operand(), self.operand()),
            10 => format!("json_array({})", self.list(1)),
            11 => format!("json_object('k', {}, 'l', {})", self.parameter(), self.operand()),
            12 => format!("'[4,5,{{\"5\":6}}]' {} {}", self.one_of(&["->", "->>"]), self.parameter()),
            13 => format!("(SELECT {})", self.expression(depth)),
            14 => format!("(SELECT max(i) FROM t WHERE s = {})", self.parameter()),
            15 => {
                format!("EXISTS (SELECT 1 FROM t WHERE s {} {})", self.one_of(COMPARISONS), self.parameter())
            }
            16 => format!("{} {} {}", self.operand(), self.one_of(COMPARISONS), self.operand()),
            _ => format!("({}) IN (SELECT s FROM t)", self.expression(depth)),
        }
    }

    fn function(&mut self) -> &'static str {
        self.one_of(&["ifnull", "nullif", "min", "max", "instr", "round", "substr", "coalesce", "format"])
    }

    /// What is selected, some of it with a name.
    fn results(&mut self) -> (String, usize) {
        let count = 1 + self.pick(3);
        let results = (0..count).map(|_| {
            let expression = if self.pick(3) == 2 { self.column() } else { self.expression(2) };
            if self.pick(4) == 3 {
                format!("{expression} AS \"{}\"", self.one_of(&["x", "?1", "y z"]))
            } else {
                expression
            }
        });
        (results.collect::<Vec<_>>().join(", "), count)
    }

    fn limit(&mut self) -> String {
        match self.pick(4) {
            0 | 1 => String::new(),
            2 => format!(" LIMIT {}", self.parameter()),
            _ => format!(" LIMIT {} OFFSET {}", self.parameter(), self.parameter()),
        }
    }

    fn order(&mut self) -> String {
        match self.pick(4) {
            0 | 1 => String::new(),
            2 => format!(" ORDER BY {}, id", self.expression(1)),
            _ => format!(" ORDER BY {} = {}, id DESC", self.column(), self.parameter()),
        }
    }

    /// A statement, and the number of its columns if it only reads.
    fn statement(&mut self) -> (String, Option<usize>) {
        let (statement, columns) = match self.pick(17) {
            0..=3 => {
                let (results, count) = self.results();
                let (condition, order, limit) = (self.condition(1), self.order(), self.limit());
                (format!("SELECT {results} FROM t WHERE {condition}{order}{limit}"), count)
            }
            4 => {
                self.scope = &[];
                let (results, count) = self.results();
                (format!("SELECT {results}"), count)
            }
            5 => {
                let column = self.column();
                self.scope = &["x"];
                let arms = if self.maybe() {
                    "SELECT {c} AS x FROM t {u} SELECT {p}"
                } else {
                    "SELECT {p} AS x {u} SELECT {c} FROM t"
                };
                let arms = arms.replace("{c}", &column).replace("{p}", &self.parameter());
                let arms = arms.replace("{u}", self.one_of(&["UNION ALL", "UNION", "EXCEPT", "INTERSECT"]));
                (format!("SELECT x FROM ({arms}) WHERE x {} {}", self.one_of(COMPARISONS), self.operand()), 1)
            }
            6 => {
                self.scope = &[];
                (
                    format!(
                        "VALUES ({}, {}), ({}, {})",
                        self.parameter(),
                        self.parameter(),
                        self.operand(),
                        self.parameter()
                    ),
                    2,
                )
            }
            7 => {
                let column = self.column();
                (
                    format!(
                        "WITH ids(x) AS (VALUES ({}), ({})) SELECT s, x FROM t JOIN ids ON {column} = x",
                        self.parameter(),
                        self.parameter()
                    ),
                    2,
                )
            }
            8 => {
                self.scope = &["id"];
                (
                    format!(
                        "WITH RECURSIVE tree(id) AS (SELECT {} UNION ALL SELECT child FROM e JOIN tree ON parent = tree.id LIMIT 9) SELECT id FROM tree WHERE id {} {}",
                        self.parameter(),
                        self.one_of(COMPARISONS),
                        self.operand()
                    ),
                    1,
                )
            }
            9 => {
                let column = self.column();
                (
                    format!(
                        "SELECT {column}, count(*), sum({}), group_concat(s, {}) FROM t GROUP BY {column}, {} HAVING count(*) {} {}",
                        self.parameter(),
                        self.parameter(),
                        self.parameter(),
                        self.one_of(COMPARISONS),
                        self.parameter()
                    ),
                    4,
                )
            }
            10 => {
                let frame = self.one_of(&["ROWS", "RANGE", "GROUPS"]);
                (
                    format!(
                        "SELECT id, sum(id) OVER (ORDER BY id {frame} BETWEEN {} PRECEDING AND {} FOLLOWING), lag(i, {}, {}) OVER (ORDER BY id) FROM t",
                        self.parameter(),
                        self.parameter(),
                        self.parameter(),
                        self.parameter()
                    ),
                    3,
                )
            }
            11 => {
                self.scope = &["value", "key", "atom"];
                (
                    format!(
                        "SELECT key, value, typeof(value) FROM json_each('[1,5,\"5\",5.0,null]') WHERE value {} {}{}",
                        self.one_of(COMPARISONS),
                        self.operand(),
                        self.limit()
                    ),
                    3,
                )
            }
            12 => {
                let column = self.column();
                (
                    format!(
                        "SELECT t.s, q.x FROM t LEFT JOIN (SELECT {} AS x) q ON {column} = q.x",
                        self.parameter()
                    ),
                    2,
                )
            }
            13 => return (self.insert(), None),
            14 => return (self.update(), None),
            15 => {
                let (condition, results) = (self.condition(1), self.results().0);
                return (format!("DELETE FROM t WHERE {condition} RETURNING {results}"), None);
            }
            _ => return (self.other_write(), None),
        };
        (statement, Some(columns))
    }

    fn insert(&mut self) -> String {
        let values: Vec<_> = (0..4).map(|_| self.operand_without_columns()).collect();
        let values = values.join(", ");
        if self.maybe() {
            return format!("INSERT INTO u VALUES ({values}) RETURNING {}, k", self.parameter());
        }
        format!(
            "INSERT INTO u VALUES ({values}) ON CONFLICT (k) DO UPDATE SET v = v + {}, w = {} WHERE w {} {} RETURNING v, {}",
            self.parameter(),
            self.parameter(),
            self.one_of(COMPARISONS),
            self.parameter(),
            self.parameter()
        )
    }

    fn operand_without_columns(&mut self) -> String {
        let scope = std::mem::take(&mut self.scope);
        let operand = self.operand();
        self.scope = scope;
        operand
    }

    fn update(&mut self) -> String {
        let column = self.one_of(&["i", "s", "b", "a", "r", "n"]);
        let (value, condition) = (self.expression(2), self.condition(1));
        format!("UPDATE t SET {column} = {value} WHERE {condition} RETURNING {column}, {}", self.parameter())
    }

    fn other_write(&mut self) -> String {
        match self.pick(4) {
            0 => {
                let values: Vec<_> = (0..5).map(|_| self.parameter()).collect();
                format!("INSERT INTO strict VALUES ({})", values.join(", "))
            }
            1 => format!(
                "INSERT OR REPLACE INTO u SELECT {}, {}, {}, s FROM t WHERE {}",
                self.column(),
                self.parameter(),
                self.parameter(),
                self.condition(1)
            ),
            2 => {
                let (column, value) = (self.column(), self.expression(1));
                format!(
                    "CREATE TABLE made AS SELECT {column} AS c, {value} AS p, {} AS q FROM t WHERE {}",
                    self.parameter(),
                    self.condition(1)
                )
            }
            _ => format!(
                "REPLACE INTO t (id, i, s) VALUES ({}, {}, {}) RETURNING *",
                self.parameter(),
                self.parameter(),
                self.parameter()
            ),
        }
    }
}
