"""What the lint says, in French."""

from collections.abc import Mapping

from models.linting.codes import Advice, Code

CONSEILS: Mapping[Code, Advice] = {
    Code.NO_GOAL: Advice(
        "elle relance, et aucun but ne l'arrête",
        "Une fois l'argent reçu, chaque rappel est sauté, mais l'exécution continue et envoie ce qu'elle a d'autre.",
        "Écrivez stop_when: [invoice.paid, invoice.voided].",
    ),
    Code.NO_LIMIT: Advice(
        "{action} n'a pas de limite",
        "Un client à qui cela arrive cinq fois par jour reçoit cinq messages par jour.",
        "Écrivez limit: {limit}.",
    ),
    Code.NEVER_ASKED: Advice(
        "au-delà de cette limite, l'argent n'est pas demandé",
        "Ce qui vient au-delà est sauté pour de bon : cette automation ne le demande jamais au client.",
        "{mend}",
    ),
    Code.NOTHING_TO_MERGE: Advice(
        "{trigger} ne laisse rien à regrouper",
        "Ce qu'une facture demande est déjà facturé : au-delà de la limite, rien n'est noté et rien ne part.",
        "Écrivez over: skip si c'est voulu, over: defer pour l'envoyer dès qu'une place est libre.",
    ),
    Code.MERGED_PAST_STEPS: Advice(
        "ce qui est regroupé saute les étapes avant cette demande",
        "À la fin de la période, une demande regroupée commence ici : aucune condition ni étape au-dessus ne compte.",
        "Mettez les conditions dans trigger.where, ou écrivez over: defer.",
    ),
    Code.FEE_NOT_MERGED: Advice(
        "au-delà de cette limite, les frais ne sont pas ajoutés",
        "Seul ce qui est déjà dû est regroupé : les frais qu'une exécution ajouterait ne le sont jamais au-delà.",
        "Écrivez over: defer, ou comptez par order ou session.",
    ),
    Code.NEVER_TRUE: Advice(
        "ceci ne peut jamais être vrai",
        "{consequence}",
        "Regardez les valeurs : aucun {property} ne convient à tout ce qui lui est demandé ici.",
    ),
    Code.ALWAYS_TRUE: Advice(
        "ceci est toujours vrai ici",
        "Les étapes au-dessus l'ont déjà demandé, ou aucune valeur n'y échappe : son else ne sert jamais.",
        "Enlevez la condition, ou demandez autre chose.",
    ),
    Code.UNREACHABLE: Advice(
        "aucune exécution n'arrive à cette étape",
        "Tous les chemins avant elle se terminent.",
        "Enlevez le end au-dessus, ou ces étapes.",
    ),
    Code.IN_THE_PAST: Advice(
        "ceci attend ce qui est déjà passé quand {trigger} démarre l'exécution",
        "Une attente finie n'attend pas, et au-delà de la tolérance ses messages sont périmés.",
        "Attendez quelque chose qui est à venir, ou une durée.",
    ),
    Code.PAST_GOAL: Advice(
        "le but {goal} est atteint avant ceci",
        "L'exécution s'y termine : rien de ce qui suit n'est jamais fait.",
        "Enlevez le but, ou faites ces étapes avant lui.",
    ),
    Code.NOTHING_AFTER: Advice(
        "rien ne suit cette attente",
        "L'exécution ne fait qu'attendre, puis se termine.",
        "Enlevez l'attente, ou écrivez ce qu'elle attend.",
    ),
    Code.NOT_ASCENDING: Advice(
        "ceci n'est pas plus tard que {before}",
        "Les étapes se suivent : les deux partent au même instant, et en retard seule la dernière est envoyée.",
        "Mettez les étapes dans l'ordre du temps, avec une attente entre deux qui demandent de l'argent.",
    ),
    Code.SHORTER_THAN_NIGHT: Advice(
        "la tolérance est plus courte que les heures calmes ({quiet})",
        "La tolérance regarde l'étape, pas l'e-mail : ce que les heures calmes retiennent part après, si tard soit-il.",
        "Attendez une heure de la journée avant le message, ou rendez la tolérance aussi longue que la nuit.",
    ),
    Code.NO_FALLBACK: Advice(
        "{name} peut manquer et n'a pas de valeur de remplacement",
        "Un message auquel manque une valeur n'est pas envoyé.",
        "Écrivez {{{{ {name} | default: '…' }}}}, ou demandez-la avec {{% if {name} %}}.",
    ),
    Code.NO_CHANNEL: Advice(
        "cette entreprise n'utilise pas {channel}",
        "Le message part par un autre canal.",
        "Enlevez le canal, ou ajoutez-le à ceux de l'entreprise.",
    ),
    Code.STARTS_ITSELF: Advice(
        "{action} provoque ce qui démarre cette automation",
        "Elle se redémarre sans cesse, jusqu'à être arrêtée comme boucle.",
        "Donnez-lui une limite, ou un autre déclencheur.",
    ),
    Code.NO_POLICY: Advice(
        "ces frais après {trigger} ne disent pas lesquels ils sont",
        "Seuls des frais déclarés demandent la politique acceptée par le client ; les autres sont ajoutés sans elle.",
        "Écrivez fee: price_kept, ou fee: indemnity.",
    ),
    Code.LONG_TERMS: Advice(
        "ce délai de paiement est plus long que ne le permet la loi du pays du vendeur",
        "Une facture avec un tel délai enfreint cette loi quand elle va à un tel payeur ({complaint})",
        "Écrivez un due_in plus court, ou ne laissez passer que les particuliers.",
    ),
}
