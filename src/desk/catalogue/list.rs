//! The list itself, and nothing else.

use super::{Spec, Takes};
use crate::desk::form::{Field, Input};
use crate::desk::privileges::Role;
use crate::proof::Level;

/// What only agents do, and only when proven.
const FOR_AGENTS: Spec = Spec {
    verb: "",
    words: &[],
    takes: Takes::Nothing,
    roles: &[Role::Agent],
    commands: &[Role::Agent],
    needs: Level::Proven,
    form: Some(&[]),
};
/// What requester and beneficiary decide by link, or in plain words.
const FOR_OWNERS: Spec = Spec { roles: &[Role::Owner], commands: &[], ..FOR_AGENTS };
/// What routing does with the mail of a participant.
const BY_ROUTING: Spec = Spec { roles: PARTICIPANTS, commands: &[], form: None, ..FOR_AGENTS };
/// A property that requester and beneficiary may set too.
const OWN_FIELD: Spec =
    Spec { takes: Takes::Value, roles: &[Role::Owner, Role::Agent], commands: &[Role::Owner, Role::Agent], ..FOR_AGENTS };
/// What is answered by mail.
const QUESTION: Spec = Spec { takes: Takes::Question, form: None, ..FOR_AGENTS };

/// What time brings.
const BY_THE_CLOCK: Spec = Spec { roles: &[Role::Clock], commands: &[], form: None, ..FOR_AGENTS };

const ANYBODY: &[Role] = &[Role::Owner, Role::Guest, Role::Agent, Role::Stranger, Role::Clock];
const OF_THE_TICKET: &[Role] = &[Role::Owner, Role::Guest, Role::Agent];
const PARTICIPANTS: &[Role] = &[Role::Owner, Role::Guest];

const TEXT: Field = Field::must("text", Input::Text);
const NOTE: Field = Field::may("note", Input::Text);
const REASON: Field = Field::must("reason", Input::Text);
const LEVELS: &[&str] = &["low", "medium", "high"];
const MARK: Input = Input::Choice(&["1", "2", "3", "4", "5"]);

/// Every action, in the order in which the commands of one mail are carried out: words come before the end that would
/// make them a reopening, and before their author leaves.
pub const CATALOGUE: &[Spec] = &[
    Spec { verb: "open", roles: ANYBODY, needs: Level::Claimed, form: None, ..FOR_OWNERS },
    Spec { verb: "reroot", ..BY_ROUTING },
    Spec { verb: "continue", ..BY_ROUTING },
    Spec { verb: "absorb", roles: OF_THE_TICKET, ..BY_ROUTING },
    Spec { verb: "file", roles: ANYBODY, needs: Level::Failed, form: None, ..FOR_OWNERS },
    Spec { verb: "request_join", roles: ANYBODY, needs: Level::Claimed, form: None, ..FOR_OWNERS },
    Spec { verb: "undo", words: &[("fr", &["annuler", "defaire"]), ("en", &["undo", "revert"])], roles: ANYBODY, ..FOR_AGENTS },
    Spec {
        verb: "reopen",
        words: &[("fr", &["rouvrir", "reouvrir"]), ("en", &["reopen"])],
        takes: Takes::Words,
        form: Some(&[Field::may("reason", Input::Text)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "recall",
        words: &[("fr", &["rappeler", "reprendre"]), ("en", &["recall", "resume", "wake"])],
        roles: &[Role::Agent, Role::Clock],
        ..FOR_AGENTS
    },
    Spec { verb: "remind", ..BY_THE_CLOCK },
    Spec { verb: "expire", ..BY_THE_CLOCK },
    Spec { verb: "alert", ..BY_THE_CLOCK },
    Spec { verb: "away", roles: &[Role::Owner], needs: Level::Claimed, ..BY_ROUTING },
    Spec {
        verb: "take",
        words: &[("fr", &["prendre", "jeprends", "je-prends", "moi", "pour-moi"]), ("en", &["take", "mine", "claim"])],
        ..FOR_AGENTS
    },
    Spec {
        verb: "assign",
        roles: &[Role::Agent, Role::Clock],
        words: &[("fr", &["assigner", "affecter", "attribuer", "confier"]), ("en", &["assign", "give", "to"])],
        takes: Takes::Agent,
        form: Some(&[Field::must("agent", Input::Agent), NOTE]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "release",
        words: &[("fr", &["liberer", "relacher", "rendre"]), ("en", &["release", "drop", "untake"])],
        takes: Takes::Note,
        form: Some(&[NOTE]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "title",
        words: &[("fr", &["titre", "renommer", "objet"]), ("en", &["title", "rename", "retitle"])],
        form: Some(&[Field::must("title", Input::Line)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "urgency",
        words: &[
            ("fr", &["urgence", "priorite", "urgent", "haute", "normale", "basse"]),
            ("en", &["urgency", "priority", "urgent", "high", "normal", "low"]),
        ],
        form: Some(&[Field::must("urgency", Input::Choice(LEVELS))]),
        ..OWN_FIELD
    },
    Spec {
        verb: "impact",
        words: &[("fr", &["impact"]), ("en", &["impact"])],
        takes: Takes::Value,
        form: Some(&[Field::must("impact", Input::Choice(LEVELS))]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "kind",
        words: &[("fr", &["nature", "incident", "demande"]), ("en", &["kind", "incident", "request"])],
        form: Some(&[Field::must("kind", Input::Choice(&["incident", "request"]))]),
        ..OWN_FIELD
    },
    Spec {
        verb: "category",
        words: &[("fr", &["categorie", "classer", "etiquette"]), ("en", &["category", "label", "sort"])],
        takes: Takes::Value,
        form: Some(&[Field::may("category", Input::Category)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "beneficiary",
        words: &[("fr", &["beneficiaire", "pour"]), ("en", &["beneficiary", "for"])],
        takes: Takes::Person,
        form: Some(&[Field::may("beneficiary", Input::Person)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "phone",
        words: &[("fr", &["telephone", "tel"]), ("en", &["phone", "tel"])],
        form: Some(&[Field::may("phone", Input::Line)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "equipment",
        words: &[("fr", &["materiel", "equipement", "poste"]), ("en", &["equipment", "device", "asset"])],
        form: Some(&[Field::may("equipment", Input::Line)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "field",
        words: &[("fr", &["champ"]), ("en", &["field"])],
        form: Some(&[Field::must("field", Input::Field), Field::may("value", Input::Line)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "requester",
        words: &[("fr", &["demandeur", "au-nom-de"]), ("en", &["requester", "on-behalf-of", "behalf"])],
        takes: Takes::Person,
        form: Some(&[Field::must("requester", Input::Person)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "ask",
        words: &[("fr", &["info", "question", "precisions", "demander"]), ("en", &["ask", "needinfo"])],
        takes: Takes::Text,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "close",
        words: &[
            ("fr", &["clore", "cloturer", "fermer", "resolu", "proposer-cloture", "fini"]),
            ("en", &["close", "closed", "resolved", "done", "fixed"]),
        ],
        takes: Takes::Text,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "faq",
        words: &[("fr", &["faq", "article", "fiche"]), ("en", &["faq", "article"])],
        takes: Takes::Answer,
        form: Some(&[Field::must("article", Input::Article), Field::may("text", Input::Text)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "refuse",
        words: &[("fr", &["refuser", "rejeter"]), ("en", &["refuse", "reject", "decline"])],
        takes: Takes::Text,
        form: Some(&[REASON]),
        ..FOR_AGENTS
    },
    Spec { verb: "answer", roles: PARTICIPANTS, form: Some(&[TEXT]), ..FOR_OWNERS },
    Spec { verb: "approve", ..FOR_OWNERS },
    Spec { verb: "solve", form: None, ..FOR_OWNERS },
    Spec { verb: "sort", form: None, ..FOR_OWNERS },
    Spec { verb: "refuse_closure", form: Some(&[REASON]), ..FOR_OWNERS },
    Spec {
        verb: "rate",
        form: Some(&[Field::must("delay", MARK), Field::must("answers", MARK), Field::may("comment", Input::Text)]),
        ..FOR_OWNERS
    },
    Spec {
        verb: "invite",
        words: &[("fr", &["inviter", "ajouter", "copie"]), ("en", &["invite", "add", "cc"])],
        takes: Takes::Addresses,
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        form: Some(&[Field::must("people", Input::People)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "remove",
        words: &[("fr", &["retirer", "enlever"]), ("en", &["remove"])],
        takes: Takes::Person,
        form: Some(&[Field::must("person", Input::Guest)]),
        ..OWN_FIELD
    },
    Spec {
        verb: "reply",
        words: &[("fr", &["repondre", "public", "envoyer"]), ("en", &["reply", "public", "send"])],
        takes: Takes::Words,
        roles: OF_THE_TICKET,
        needs: Level::Claimed,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "canned",
        words: &[("fr", &["reponse", "modele"]), ("en", &["canned", "template"])],
        takes: Takes::Answer,
        form: Some(&[Field::must("answer", Input::Answer), Field::may("text", Input::Text)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "note",
        words: &[("fr", &["note", "interne", "prive"]), ("en", &["note", "internal", "private"])],
        takes: Takes::Note,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "postpone",
        words: &[("fr", &["reporter", "attendre", "attente", "pause", "repousser"]), ("en", &["wait", "postpone", "hold", "snooze"])],
        takes: Takes::Date,
        form: Some(&[Field::must("until", Input::Date), NOTE]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "link",
        words: &[("fr", &["lier", "relier"]), ("en", &["link", "relate"])],
        takes: Takes::Ticket,
        form: Some(&[Field::must("ticket", Input::Ticket)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "parent",
        words: &[("fr", &["parent", "incident-parent", "rattacher"]), ("en", &["parent", "child-of"])],
        takes: Takes::Ticket,
        form: Some(&[Field::may("ticket", Input::Ticket)]),
        ..FOR_AGENTS
    },
    Spec { verb: "child", roles: OF_THE_TICKET, ..BY_ROUTING },
    Spec {
        verb: "broadcast",
        words: &[("fr", &["diffuser", "dire-a-tous"]), ("en", &["broadcast", "tell-all"])],
        takes: Takes::Text,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "outage",
        words: &[("fr", &["panne", "panne-connue"]), ("en", &["outage"])],
        takes: Takes::Text,
        form: Some(&[TEXT]),
        ..FOR_AGENTS
    },
    Spec { verb: "outage_over", words: &[("fr", &["fin-panne", "panne-finie"]), ("en", &["outage-over", "end-outage"])], ..FOR_AGENTS },
    // Whoever handles the incident may belong to another service.
    Spec { verb: "heed", roles: &[Role::Owner, Role::Guest, Role::Agent, Role::Stranger], ..BY_ROUTING },
    Spec { verb: "child_spoke", ..BY_THE_CLOCK },
    Spec {
        verb: "split",
        words: &[("fr", &["separer", "scinder", "diviser"]), ("en", &["split"])],
        form: Some(&[Field::may("message", Input::Message)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "transfer",
        words: &[("fr", &["transferer", "reorienter", "deplacer"]), ("en", &["transfer", "move", "queue"])],
        takes: Takes::Place,
        form: Some(&[Field::must("place", Input::Place), NOTE, Field::may("follow", Input::Check)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "back",
        words: &[("fr", &["retour", "renvoyer"]), ("en", &["back", "return"])],
        takes: Takes::Note,
        form: Some(&[REASON]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "spend",
        words: &[("fr", &["temps", "duree"]), ("en", &["time", "spent"])],
        takes: Takes::Value,
        form: Some(&[Field::must("time", Input::Line)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "merge",
        words: &[("fr", &["fusionner", "fusion", "doublon"]), ("en", &["merge", "duplicate"])],
        takes: Takes::Ticket,
        form: Some(&[Field::must("ticket", Input::Ticket), Field::may("with_people", Input::Check), Field::may("confirmed", Input::Check)]),
        ..FOR_AGENTS
    },
    Spec {
        verb: "addition",
        words: &[("fr", &["ajout", "complement", "suite"]), ("en", &["addition", "add-to"])],
        takes: Takes::Ticket,
        commands: &[Role::Owner],
        form: None,
        ..FOR_OWNERS
    },
    Spec { verb: "spam", words: &[("fr", &["spam", "indesirable", "pourriel"]), ("en", &["spam", "junk"])], ..FOR_AGENTS },
    Spec { verb: "cancel", words: &[("fr", &["annuler", "abandonner"]), ("en", &["cancel"])], commands: &[Role::Owner], ..FOR_OWNERS },
    Spec { verb: "follow", words: &[("fr", &["suivre"]), ("en", &["follow", "watch"])], ..FOR_AGENTS },
    Spec {
        verb: "mute",
        words: &[("fr", &["muet", "silence"]), ("en", &["mute", "quiet"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..FOR_AGENTS
    },
    Spec {
        verb: "unmute",
        words: &[("fr", &["reactiver", "ne-plus-suivre"]), ("en", &["unmute", "unfollow"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..FOR_AGENTS
    },
    Spec {
        verb: "leave",
        words: &[("fr", &["quitter", "partir"]), ("en", &["leave"])],
        roles: OF_THE_TICKET,
        commands: &[Role::Guest],
        ..FOR_AGENTS
    },
];

/// What is answered by mail and changes no ticket.
pub const QUESTIONS: &[Spec] = &[
    Spec {
        verb: "status",
        words: &[("fr", &["etat", "statut"]), ("en", &["status", "state"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec {
        verb: "history",
        words: &[("fr", &["historique"]), ("en", &["history", "transcript"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec {
        verb: "list",
        words: &[("fr", &["liste", "mes-tickets", "mes"]), ("en", &["list", "tickets", "my"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec {
        verb: "data",
        words: &[("fr", &["mes-donnees", "donnees"]), ("en", &["my-data", "data"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec {
        verb: "same",
        words: &[("fr", &["aussi-moi", "autre-adresse"]), ("en", &["also-me", "other-address"])],
        roles: PARTICIPANTS,
        commands: PARTICIPANTS,
        ..QUESTION
    },
    Spec { verb: "report", words: &[("fr", &["rapport", "bilan"]), ("en", &["report"])], ..QUESTION },
    Spec {
        verb: "search",
        words: &[("fr", &["chercher", "cherche", "rechercher"]), ("en", &["search", "find"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec { verb: "absent", words: &[("fr", &["absent", "absence", "conges"]), ("en", &["absent", "away"])], ..QUESTION },
    Spec { verb: "monitoring", words: &[("fr", &["surveillance", "ecoute"]), ("en", &["monitoring", "hear"])], ..QUESTION },
    Spec {
        verb: "language",
        words: &[("fr", &["langue"]), ("en", &["language"])],
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..QUESTION
    },
    Spec { verb: "help", words: &[("fr", &["aide"]), ("en", &["help"])], roles: OF_THE_TICKET, commands: OF_THE_TICKET, ..QUESTION },
];
