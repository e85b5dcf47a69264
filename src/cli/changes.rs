//! What a new organisation file changes, line by line: for whoever applies it, and for the log of whoever runs the daemon. Keys and
//! names only: no addresses.

use crate::address::Address;
use crate::desk::{Organisation, Staffing, staffing};
use crate::knowledge::{Article, Filed, Known};
use crate::store::Staffed;

/// What is new, gone or different, in the file's order; empty when nothing is. Articles stay as they are where there is no folder.
pub fn changes(before: (&Organisation, &[Known]), after: (&Organisation, Option<&[Filed]>)) -> Vec<String> {
    let mut told = changed(before.0, after.0);
    told.extend(after.1.map(|filed| changed_articles(before.1, filed)).unwrap_or_default());
    told
}

fn changed(before: &Organisation, after: &Organisation) -> Vec<String> {
    let services = compared("service", (&before.services, &after.services), |service| service.key.clone(), |service| service.key.clone());
    let agents = compared("agent", (&before.agents, &after.agents), |agent| agent.address.to_string(), |agent| agent.name.clone());
    let answers = compared("answer", (&before.answers, &after.answers), |answer| answer.key.clone(), |answer| answer.key.clone());
    let rules = compared("rule", (&before.rules, &after.rules), |rule| rule.name.clone(), |rule| rule.name.clone());
    let folder = (before.articles != after.articles).then(|| "folder of articles changed".to_owned());
    let equipment = (before.equipment != after.equipment).then(|| "equipment changed".to_owned());
    services.into_iter().chain(agents).chain(answers).chain(rules).chain(folder).chain(equipment).collect()
}

fn changed_articles(before: &[Known], filed: &[Filed]) -> Vec<String> {
    let known = |number: u64| before.iter().find(|known| known.article.number == number);
    let told = filed.iter().filter_map(|Filed { article, hash, .. }| {
        let Article { number, title, .. } = article;
        match known(*number) {
            None => Some(format!("article added: {number} {title}")),
            Some(Known { file: Some((_, same)), .. }) if same == hash => None,
            Some(Known { editor: Some(_), .. }) => {
                Some(format!("article changed: {number} {title} (what was written by page is replaced)"))
            }
            Some(_) => Some(format!("article changed: {number} {title}")),
        }
    });
    let gone = before.iter().filter(|known| known.file.is_some() && filed.iter().all(|filed| filed.article.number != known.article.number));
    told.chain(gone.map(|known| format!("article removed: {} {}", known.article.number, known.article.title))).collect()
}

/// What whoever manages a service changed by page, and this file would undo.
pub fn undone_changes(made: Vec<Staffed>, file: &Organisation) -> Vec<String> {
    let made: Vec<(String, Staffing)> = made.into_iter().map(|one| (one.service, one.what)).collect();
    let told = |(service, what): &(String, Staffing)| match what {
        Staffing::Joins { name, .. } => format!("undoes a page: {name} joined {service}"),
        Staffing::Guests { category, .. } if !category.is_empty() => format!("undoes a page: permanent guests of {service}/{category}"),
        Staffing::Guests { .. } => format!("undoes a page: permanent guests of {service}"),
        Staffing::Leaves { agent } => format!("undoes a page: {} left {service}", named(file, agent)),
        Staffing::May { agent, .. } | Staffing::Away { agent, .. } => {
            format!("undoes a page: what {} may do in {service}", named(file, agent))
        }
    };
    staffing::undone(&made, file).into_iter().map(told).collect()
}

fn named(file: &Organisation, agent: &Address) -> String {
    file.agent(agent).map_or_else(|| "somebody who is not in the file".to_owned(), |agent| agent.name.clone())
}

fn compared<T: PartialEq>(what: &str, sides: (&[T], &[T]), key: impl Fn(&T) -> String, name: impl Fn(&T) -> String) -> Vec<String> {
    let (before, after) = sides;
    let find = |side: &'_ [T], wanted: &T| side.iter().position(|one| key(one) == key(wanted));
    let told = after.iter().filter_map(|one| match find(before, one) {
        None => Some(format!("{what} added: {}", name(one))),
        Some(at) if before[at] != *one => Some(format!("{what} changed: {}", name(one))),
        Some(_) => None,
    });
    let gone = before.iter().filter(|one| find(after, one).is_none()).map(|one| format!("{what} removed: {}", name(one)));
    told.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(text: &str) -> Organisation {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_a_new_file_changes_is_told_by_name() {
        let before = organisation("[[service]]\nkey = 'dsi'\nname = 'DSI'\n[[agent]]\naddress = 'a@x.test'\nname = 'Ann'\n");
        let after = organisation(
            "equipment = ['PC-##']\n[[service]]\nkey = 'dsi'\nname = 'Support'\n[[service]]\nkey = 'rh'\nname = 'RH'\n[[agent]]\naddress = 'b@x.test'\nname = 'Bob'\n",
        );
        let told = ["service changed: dsi", "service added: rh", "agent added: Bob", "agent removed: Ann", "equipment changed"];
        assert_eq!(changed(&before, &after), told);
        assert_eq!(changed(&after, &after), [""; 0]);
        assert!(changed(&before, &after).iter().all(|line| !line.contains('@')), "no addresses");
    }
}
