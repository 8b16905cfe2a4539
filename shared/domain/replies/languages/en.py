"""English: what people answer to a reminder, and how they refuse.

Sources: the words Twilio's numbers act on (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out),
those of 47 CFR 64.1200(a)(10), which also asks to honour any other reasonable wording, the CTIA's Messaging
Principles 5.1.3, and answers as patients write them. Words are without accents and signs; see patterns.py.
"""

ALIASES = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "plse": "please", "thx": "thanks",
    "thnx": "thanks", "tks": "thanks", "ty": "thanks", "tysm": "thanks", "im": "i am", "ive": "i have",
    "dont": "do not", "dnt": "do not", "wont": "will not", "cant": "can not", "cnt": "can not",
    "cannot": "can not", "isnt": "is not", "arent": "are not", "wasnt": "was not", "didnt": "did not",
    "doesnt": "does not", "couldnt": "could not", "wouldnt": "would not", "shouldnt": "should not",
    "havent": "have not", "hasnt": "has not", "aint": "is not", "appt": "appointment",
    "appts": "appointments", "apt": "appointment", "appt's": "appointment", "appoinment": "appointment",
    "apointment": "appointment", "appointmnt": "appointment", "msg": "message", "msgs": "messages",
    "txt": "text", "txts": "texts", "txting": "texting", "textin": "texting", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tmw": "tomorrow", "tomorow": "tomorrow", "tommorow": "tomorrow",
    "tommorrow": "tomorrow", "2moro": "tomorrow", "resched": "reschedule", "rescedule": "reschedule",
    "reshedule": "reschedule", "rescheduel": "reschedule", "reschedual": "reschedule", "cancle": "cancel",
    "cancell": "cancel", "cansel": "cancel", "cxl": "cancel", "cnl": "cancel", "unsuscribe": "unsubscribe",
    "unsubcribe": "unsubscribe", "unsubsribe": "unsubscribe", "unsub": "unsubscribe",
    "unsubscribed": "unsubscribe", "unscribe": "unsubscribe", "stahp": "stop", "stp": "stop", "stopp": "stop",
    "sotp": "stop", "gonna": "going to", "wanna": "want to", "gotta": "got to", "lemme": "let me",
    "idk": "do not know", "dunno": "do not know", "prob": "probably", "prolly": "probably", "cya": "see you",
    "conf": "confirm", "cofirm": "confirm", "comfirm": "confirm", "confrim": "confirm", "cuz": "because",
    "thankyou": "thanks", "id": "i would", "mins": "minutes", "min": "minutes", "hr": "hour", "whos": "who is",
    "whats": "what is", "thats": "that is", "its": "it is", "oclock": "clock", "number's": "number",
}  # fmt: skip

CLASSES = {
    "texting": "texting|messaging|contacting|sending|calling|text|texts|message|messages|contact|send|call"
    "|calls|write|writing|bothering|bother|spamming|spam|harassing|harass|annoying|pestering|emailing|email"
    "|emails|blowing up|reaching out|reminding|notifying|sms|mailing|hitting|pinging|bugging",
    "texts": "texts|text|messages|message|sms|reminders|reminder|notifications|notification|alerts|alert"
    "|emails|email|calls|contact|communications|communication|spam|mails|mail|updates|promotions|ads"
    "|marketing|notices|robocalls|robotexts|correspondence",
    "get": "get|receive|getting|receiving|have|see|be sent|hear",
    "visit": "appointment|appointments|visit|visits|booking|reservation|slot|session|consultation|checkup"
    "|cleaning|meeting|one|exam|it|that|this|time|everything|both|all|surgery|procedure|spot|service|screening"
    "|lesson|class|treatment|follow up|followup|physical|consult|delivery|service|sitting|haircut",
    "my": "my|the|this|that|our|his|her|their|your|todays|tomorrows|mine|dr|an",
    "come": "come|make it|make|attend|be there|go|be able to come|be able to make|be in|do it|get there|do that"
    "|keep|keep it|make this|show up|come in|do tomorrow|make tomorrow|make today|do today|be coming",
    "day": "day|days|date|time|week|month|slot|hour|appointment|one|opening|availability",
    "because": "because|since|due|as",
}

PHRASES = {
    "danger": "suicide; suicidal; kill (myself|me|him|her|them); end my life; want to die; wanna die;"
    "going to die; hurt (myself|himself|herself); harm (myself|others); overdose; overdosed; overdosing;"
    "took too many pills; chest (pain|pains); chest hurts; heart attack; (having|had) a stroke; stroke symptoms;"
    "can not breathe; not breathing; trouble breathing; hard to breathe; difficulty breathing;"
    "struggling to breathe; bleeding (heavily|badly|a lot|everywhere|out|bad); (lot|lots) of blood;"
    "will not stop bleeding; bleeding will not stop; unconscious; passed out; having a seizure; is seizing;"
    "not responding to me; call (911|an ambulance|999|112); need (911|an ambulance); ambulance;"
    "anaphylaxis; throat (is)? (closing|swelling); life threatening; it is an emergency; this is an emergency;"
    "medical emergency; emergency room; in the er; want to end it (all)?; do not want to live;"
    "no reason to live; better off dead; cut myself; cutting myself; poisoned; swallowed ~ pills; choking;"
    "he is hitting me; going to kill; being abused; not safe at home; collapsed",
    "not_refuse": "(do|did) not (want to)? (unsubscribe|opt out|stop|remove me|take me off|end|quit) ~"
    "{texting} (me|us)?; (do|did) not (unsubscribe|remove|delete) me; do not opt (me|us) out;"
    "(do|please) not stop {texting}? (me|us|the|these|my)? {texts}?; do not stop; never stop {texting}?;"
    "did not (unsubscribe|opt out|stop); (do|did) not (mean|want|mean to|want to) (to)? (unsubscribe|stop|opt out)",
    "refuse": "unsubscribe (me|us)?; unsubscribe; opt (me|us)? out; optout; opting out; opted out; count me out of ~ {texts}; stopall; stop (it|this|that|now|already|please); stop (all|with|w)? (the|these|those|this|your|any|all)? {texting} (me|us)?; stop {texting} ~ {texts}; stop ~ {texts}; stop this number; (please|just) stop; (no|zero|any) more {texts}; no more {texting}; no {texts} (please|thanks)?; do not ever {texting} (me|us|this|my|here|anymore|again)?; (do|would) not (want|like|wish|need|care) (to|for)? {get}? ~ {texts}; not (want|wish|like) to {get} (your|these|any|this|the|more|such|further)? {texts}; not (want|like) to be (contacted|texted|called|messaged|bothered|on ~ list); do not want (these|this|your|any|you to {texting}) {texts}?; quit {texting} (me|us)?; quit (it|this); cease {texting}?; cease and desist; desist; enough {texts}; enough with ~ {texts}; leave me alone; leave us alone; get me off; (take|get|remove|delete|drop|erase|scratch|strike) ~ off (of)? (your|this|the|my|any|all) ~ (list|lists|database|system|file|records|contacts|texts|text); (take|get|remove|delete|drop|erase|cut) (me|us|my number|this number|my phone|my cell|my email|my name|my contact|my info|my data|number) (from|off|out|please|now|immediately)?; remove me; lose (my|this) (number|digits); forget my number; delete my number; block (you|this number|your number|ur number); blocking (you|this|your number); blocked you; (i will|will|going to|gonna|am) (report|block|sue|blocking|reporting) (you|this|it|u|your number); reported (as|for)? (spam|junk); report (spam|as spam|junk); this is (spam|harassment|junk); spammers; (fuck|f|screw|piss|bugger|eff) off; fuck you; fuck off; no longer interested; no longer (want|wish|need) ~ {texts}; revoke ~ (consent|permission); revoke; withdraw ~ consent; consent (is)? (withdrawn|revoked); i do not consent; do not consent; never consented; never (text|message|call|contact|email|write) (me|us|this) (again|anymore)?; never signed up (for this|for these)?; did not sign up (for this|for these)?; never asked for ~ {texts}; cancel ~ (texts|messages|subscription|reminders|notifications|alerts|emails|membership|service); end ~ (texts|messages|subscription|reminders|notifications|alerts|emails); turn off ~ {texts}; (shut|turn) (it|this|them|these) off; disable ~ {texts}; do not need ~ {texts}; do not (text|call|contact|message|email) (me|us)? (list)? (again|anymore|ever); how (do|can|would|to|could) (i|we|you)? ~ (unsubscribe|opt out|stop {texting} ~); how (do|can) i (get off|stop this|stop these|stop it|stop getting ~); want (this|it|these|you) to stop; want these {texts} to stop; make (it|this|these) stop; do not bother me; quit bothering ~; told you to stop; asked you to stop; how many times ~ stop; do not want (this|these|any of this|it) anymore; not want to hear from you; unsubscribe me; stop subscription; cancel subscription; off ~ list; discontinue ~ {texts}; discontinue; do not send {texts}; do not send (me|us) {texts}; do not send (me|us)? (any|more|these|this|anything) (more|of)? {texts}?; leave my phone alone; get this number off; no more from you; unenroll (me)?; deactivate (me)?; silence ~ {texts}; please no {texts}; no thank you stop",
    "refuse_word": "want out; i am out; stop all; no more; go away; get lost; remove; block me; spam; not interested; no contact; stop stop; i said stop; no texting",
    "soft_refuse": "do not {texting} (me|us|this number|this phone|my phone|here|to|my number|my cell)?"
    " (anymore|again|ever|any more)?; please do not contact; no need to {texting} (me|us)?;"
    "stop (coming|asking|doing|it)",
    "opt_in": "start; unstop; resubscribe; subscribe; subscribe me; sign me (back)? up; opt in; opt me (back)? in;"
    "(text|message) me again; start (texting|sending|messaging) (me)? ~; resume ~ {texts}; turn ~ back on;"
    "(want|like) to {get} ~ {texts} again",
    "wrong_number": "wrong (number|person|phone|no|num|guy|lady|address|email|patient|one|family|contact|party);"
    "(you have|got) the wrong ~; not (my|the right) number; not this person; not the right person;"
    "(i am|this is|am) not (him|her|that person|the person|the right person|who you ~);"
    "no one (here)? (by|with) (that|this) name; nobody (here)? (by|with|named|called) (that|this)? (name)?;"
    "there is no ~ here; do not know (anyone|any|who that|this person|a|him|her); no longer ~ number;"
    "new (owner|number) of this; changed (numbers|number); this number (belongs|is not); not ~ phone (anymore)?;"
    "does not live here; (is|that) not me; number (has)? changed; you have the wrong; no longer works here",
    "late": "running (a bit|a little|very|so|about|like|maybe)? (late|behind); (will|might|may|going to) be"
    " (a bit|a little|about|maybe|like|around|slightly|approximately)? late; (be|am|are|bit|little) late;"
    "stuck in traffic; in traffic; traffic is (bad|terrible|heavy|awful); behind schedule; minutes late;"
    "(few|couple|couple of) minutes late; late; delayed; held up; there in (a few|few|couple|ten|five) minutes",
    "not_cancel": "(do|did|would|will|please|pls|should) not (please|want to|need to|wanna|have to|wish to|like"
    " to|want you to|you|ever|dare|be)? (cancel|canceling|cancelling|reschedule|rescheduling|change|move|delete"
    "|remove|give away|lose) ~ {visit}?; never (cancel|cancelled|canceled|said cancel);"
    "not (cancel|canceling|cancelling|cancelled|canceled|rescheduling|reschedule);"
    "no need to (cancel|reschedule|change|move) ~ {visit}?; no (cancel|cancellation|reschedule|change|changes);"
    "no do not (cancel|reschedule) ~ {visit}?; keep (my|the|it|that|this|our) {visit}?; leave it as (it)? is;"
    "(did|was) not (cancel|cancelled|canceled); instead of (cancel|canceling|cancelling)",
    "doubt": "not sure; unsure; maybe; perhaps; possibly; probably; i think; i guess; i believe; i hope;"
    "hopefully; might; may (not|be|have|need); if possible; do not know; let me (check|see|think|ask|get|look);"
    "(will|need to|have to|must|got to|should|gonna|going to) (check|see if|ask|let you know|get back|confirm|call|think"
    "|look|verify|try|know|find out); let you know; get back to you; (i am|am)? checking; depends; depending;"
    "trying; try (to)?; tentative; tentatively; not certain; not yet; wait; hold on; hang on;"
    "one (sec|second|moment|minute); (50|fifty) (50|fifty); supposed to; thought (it|i|that|we|my) ~;"
    "already (cancelled|canceled|called|confirmed|rescheduled|changed|been|went|had|told|spoke|came|moved|seen);"
    "(cancelled|canceled|rescheduled) (it|already|last|this|my|the|yesterday)?;"
    "(was|were|is|been|got|you|they|she|he|am) (cancelled|canceled|rescheduled|moved|changed|told|supposed);"
    "can not (confirm|say|tell|decide|remember); not (confirmed|confirming|confirm); wrong (day|date|time);"
    "what if; unless; whether; either; or; undecided; no idea; not too sure; do i (need|have);"
    "would (be|have|prefer|rather); could be; in case; that day; sorry what; kind of; sort of; yes and no;"
    "wish i could; rather not; as long as; only if; yes or no; who knows; yeah right; good question; sure about;"
    "no comment; double booked; not feeling (well|good|great); (feeling|am|is|got) (sick|ill|unwell);"
    "have (a)? (covid|fever|flu|cold|the flu|a fever|a cold|a cough|work|to work|meeting|a meeting); in (the)? hospital; (tested)? positive for; died; passed away; deceased; funeral; is dead; moved (to|away|out);"
    "no longer (a|your|with|seeing|patient|insured|have); lost (my)? insurance; changed doctors; new doctor;"
    "found (another|a different|a new); busy; out of town; call (me|us|my|back|asap); please call; phone me;"
    "(call|talk to|speak to|speak with) (someone|you|a person|a human|the office|office|the doctor|agent);"
    "no (ride|car|transportation|money|insurance|way|longer); do not have (a ride|transportation|insurance ~);"
    "not (me|mine|my|available|today|now|then|free|good|working|work|here|well|ready|happy|possible|going to work);"
    "same (time|day)? as; has been; had been",
    "move": "reschedule (it|this|that|my|the|me|for|to|please|our)? {visit}?; rescheduling; re schedule;"
    "re book; rebook; postpone ~; push (it|this|that|my appointment|back|out|to) ~; move (it|my|this|the|our|me|up"
    "|to|that) {visit}? (to|up|back)?; change (it|my|this|the|our|to|time|day|days|date|times|appointment|that) {visit}?"
    " (to|time|day|date)?; switch (it|my|this|the|to|days|times|day|time|that) {visit}?;"
    "(another|different|other|better|new|later|earlier|sooner) {day}; (different|another) (day|time) ~;"
    "(some|any) other (day|time); (some|any)time else; sometime else; earlier (in|on)?; "
    "can (we|i|you) (do|make it|come|move|have|get|book|schedule|switch|push|change|see me|fit me|come in) ~"
    " (instead|later|earlier|different|another|next|other|else);"
    "how about; what about; (can|could) (i|we) (come|do|get|have) ~ (instead|next week|a different|another);"
    "instead; (next|following) (week|month) (instead|please|works|work|is|would|possible)?; rain check;"
    "next (available|opening|availability); (what|any) other (times|days|dates|availability|openings);"
    "works better; work better; is better; would be better; (need|want|like|prefer|rather) (a|an)? (later|earlier|another|different|new) (time|day|date|one|appointment|slot)?;"
    "rearrange; move forward; bring forward; swap; re arrange; sooner; (find|pick|choose|make) (a|another) (new|different|another)? (time|day|date);"
    "not that day; does not work for me; time does not work; that time (is)? not; prefer; put off; delay (it|my|the);"
    "reschedule; later (date|time|day|appointment|slot|in the day); earlier (date|time|day|appointment|slot); make it (later|earlier|another ~);"
    "set up another; book another; schedule (another|for another|a different|a new|for later|for a different) ~; time change; date change; move",
    "cancel": "(cancel|cancle|drop|delete|scrap|void|remove) {my}? ~ {visit}; cancel (me|us|him|her|please|both|for|everything);"
    "please cancel; (want|need|like|have|going|wish|got|would like|prefer|must) to cancel; (can|could|will|would) (you|u|we) (cancel|remove|delete) ~ {visit};"
    "(can|could|will|would) (you|u) cancel; "
    "can not (please)? {come}; can not (do|attend) {my}? {visit}; can not make {my} {visit}; will not {come};"
    "(will|would|am|are|going to) not (be|be able to|going to|able to|coming|gonna) {come}?; not (coming|going|attending|able to (come));"
    "not (able|going) to {come}; not be (coming|there|attending|in|able to (come)); not (going to be|gonna be) (there|able); am not going; is not coming;"
    "unable to {come}; unable to (come|attend|keep|do); (could|would) not {come}; not gonna {come}; not gonna be able ~; "
    "do not (need|want) {my}? (the|this|my|an|that|to come|to go|to keep)? {visit}; do not (need|want) to (come|go|keep) ~;"
    "no longer (need|want|coming|able|require|going) {my}? ~ {visit}?; no longer coming; count me out; i am not gonna be there;"
    "give my (spot|slot|appointment|place) ~; (skip|skipping|missing|miss) {my}? {visit}; have to miss; will miss; give it to someone else; cancel (cancel|cancel);"
    "have to cancel; need cancel; gotta cancel; cancel (today|tomorrow|tonight); something came up (can not|cancel); free up (my|the) (slot|spot); call (it)? off; calling off;"
    "unfortunately (no|not); no can do; no show; wo not make it; will have to pass; not make it; cancellation; not attending; decline; take me off the schedule",
    "cancel_verb": "cancel; canceling; cancelling",
    "coming": "(i|we|she|he|they|ill|well|wel|it|you|just|me) (will|can|am|are|is|would|shall|both|all) (will|all|both|definitely|be|still|for sure)? (be there|be here|see you|be in|come"
    "|attend|make it|coming|going|attending|be coming|be attending|be going|keep it|take it|be ready|be on time|on my way|on the way|ready|there|in) (in|with bells on|for sure|then|tomorrow|today)?;"
    "(ill|well|will|i will) (be there|be here|see you|see ya|see u|be coming|come|attend|be in|make it) (then|there|tomorrow|today|soon|on)?;"
    "see (you|ya|u|yall|y all|you guys|you all) (then|there|soon|later|on|at|tomorrow|today|tonight|in the morning)?; c (you|u|ya) (then|there|soon|later|tomorrow)?; be there (or be square)?; can make it; can (do it|come|attend);"
    "(coming|attending|going); still (coming|on|good|works|attending|on for|planning to come|going); count me in; (i am|we are) (in|good|set|all set|good to go|on|game|there);"
    "on (my|the|our) way; omw; looking forward (to it|to|to seeing you|to my appointment)?; planning (on)? (to)? (be there|come|coming|attend|attending|being there); plan to (be there|come|attend);"
    "wouldnt miss it; would not miss it (for the world)?; will do; (i|we)? (confirm|confirmed|confirming|confirms) (it|my|the|this|our|that|for|attendance|will attend)? {visit}?;"
    "all set; (that|this|the|time|date|it|both|day)? (works|work|will work|is fine|is good|is perfect|is great|is ok|is okay|sounds good|sounds great|sounds perfect) (for me|for us|great|fine|perfectly|with me|for him|for her)?;"
    "good to go; you can count on (me|it); keeping (it|my|the) {visit}?; accept; accepted; affirm; ready to go; got it (will be there|i will be there); do not worry (i|we) will be there; confirmation; its on; it is on; for sure; approved; it is a date; you bet i will be there; locked in; we are on; that works",
    "yes": "yes (yes|maam|sir|please|indeed|i do|i will|i can|i am|we will|we are|it is|definitely|of course|that works|thank you|it does|mam)?; yea; yeah; yep; yup; yess; yas; yeh; ya; yah; yuh; yus; ye; yse; yex; yews; yees; uh huh; mhm; aye; yessir; yesh;"
    "sure; sure thing; sure do; absolutely; definitely; certainly; of course; affirmative; indeed; you bet; correct; right; roger; totally; 10 4; yippee; by all means; yes sure; surely; yup yup; obviously; 100; hell yes; heck yes; yezzir; yeppers; agreed; true",
    "okay": "ok; okay; k; kk; okey; okie; okie dokie; okey dokey; okay then; okk; oky; alright; all right; aight; fine; great; good; perfect; cool; awesome; sounds (good|great|perfect|fine); wonderful; excellent; very well; got it; no problem (at all)?; no problems; no prob; no probs;"
    "no worries; np; not a problem; no issue; no issues; no doubt; no biggie; no trouble; why not; noted; will be fine; lovely; super; copy; copy that; understood; no question; no sweat; no complaints; fab; alrighty; okies; kool; bet; word; deal; gotcha",
    "no": "no; nope; nah; naw; nop; noo; negative; no (thanks|thank you|maam|sir|way|sorry); nay; no no; nuh uh; uh uh; absolutely not; definitely not; of course not; not at all; never mind; nevermind; certainly not; hell no; nope nope; nada",
    "but": "but; however; unless; if; except; although; though; provided; only problem; besides; other than; apart from; without; until; till; before; after; assuming; otherwise; while; when; once; rather; even though; yet; whereas",
    "negation": "not; never; cant; do not; none of your; nothing; nobody; no one; without; hardly; barely; nor; can not; will not; is not; did not; refuse; forgot; forget; impossible; n t; hate; wrong; stop; quit; end; problem; issue; trouble; conflict; difficult; incorrect; mistake; error; joking; kidding; jk; lol no; sarcasm; false; fake; scam",
    "correction": "no wait; wait no; wait; i mean; i meant; meant; mean; sorry; actually; correction; scratch that; oops; ooops; whoops; my bad; my mistake; mistake; typo; ignore (that|this|last|my last); disregard ~; changed my mind; change of plans; on second thought; nvm; sorry meant; i take that back; strike that; rather; make that; oh no; sorry i meant; sorry wrong",
    "both": "both (of them|appointments|are|of us|times|visits|kids)?; all; all (of them|of it|of us|appointments|three|four|two|good|times|five|the above); each; every one; everyone; all of the above; the two of them; them all; yes to (both|all); the whole (lot|family)",
    "neither": "neither (of them|one|of us|works)?; none (of them|of these|of those|of us)?; not (either|any); no to (both|all); nobody; no one; not (both|all)",
    "only": "only; just; solely; nothing but; except",
    "harmless": "(can|could|would) (you|u) (tell|remind|send) me where ~; where (do|can|should|is|are|to) ~ (park|parking|entrance|office|you|located|clinic|building|address|go); what is (the|your|ur)? (address|location|suite|floor|room|exact address); address; directions; parking; where (to|can|should) (i|we)? park;"
    "(what|anything) (do i need|should i|to|do i|i need|can i) (bring|wear|need to bring|have to bring) ~; (can|should|may) (i|we) (bring|eat|drink|drive|take) ~; (how much|what) (is|does|will) (it|the|my) (cost|copay|co pay|price|fee|charge|bill); do you (take|accept|have|validate) ~; what (floor|suite|room|building|address|entrance); "
    "(do|should) i (need to|have to|gotta)? (bring|fast|eat|wear|park|pay) ~; is (there)? parking ~; how long (will|does|is) ~; is it ok to (eat|drink|bring ~); what (should|do) i (wear|bring) ~; is ~ covered; copay; which (floor|building|entrance|suite)",
    "asking": "who; what; when; where; why; how; which; whose; can (i|we|you|u|he|she|it); could (i|we|you|u); would (you|it|that); will (you|it|there|i|that|this); is (it|this|that|there|my|the|he|she); are (you|there|we|they); do (you|i|we|they|u); does; did (you|i|we); am i; should i; may i; has; have you; was (it|this|that|there); huh; wdym; wtf; pardon",
    "help": "help; info; help me; need help; more info; information",
    "option": "option; number; no; choice; num; opt; answer; press; select; reply; choose; pick; press; code; opcion",
    "other": "later; (next|following|this|last) (week|month|year|weekend|time); (some|any) other; that week; other day; another week; day after tomorrow; (at|around) noon; afternoon; evening; morning; weekend; midday; midnight; lunchtime; later today",
    "unit": "minutes; minute; hour; hours; days; weeks; months; years; kids; children; people; of us; times; percent; dollars; blocks; miles; weeks; month; week; year; year old; of them; questions; question; more; things; persons; adults; days ago; pills; degrees; bucks; too; late",
    "greeting": "unfortunately; unfortunate; i am afraid; regret; sadly; apologies; my apologies; sorry about that; please; thanks; thanks (so much|a lot|very much|again|for the reminder|for reminding me|for the heads up|for letting me know|for checking|for everything|for confirming); thank (you|u|you so much|you very much|you for the reminder|you for reminding me|you kindly|you again|god|ya); hi; hello; hey; hiya; good (morning|afternoon|evening|day|night); dear; dr; doctor; doc; sir; maam; mam; bye; regards; best; best regards; kind regards; sincerely; cheers; have a (good|great|nice|blessed|wonderful|lovely) (day|one|night|evening|weekend|week|afternoon); god bless; bless you; take care; haha; lol; hahaha; xx; xoxo; guys; team; everyone; there; reply; re; much appreciated; appreciate it; i appreciate it; sent from my ~; warmly; hun; love; dear; friend; my friend; yall; welcome; you are welcome; so much; very much; thanks again; hope you are well; for the reminder; for reminding me; reminder; ma am; miss; mr; mrs; ms; with thanks; happy (new year|holidays|friday|monday|easter); merry christmas",
    "common": "i; we; me; my; you; your; it; this; that; the; a; an; am; is; are; be; was; will; would; shall; to; at; on; for; of; in; and; so; do; does; have; has; he; she; they; them; his; her; him; us; our; with; as; by; from; here; there; then; also; still; just; very; really; too; now; well; oh; ah; um; uh; er; again; one; both; today is; appointment; appointments; visit; time; day; date; office; clinic; attend; definitely; soon; yet; already; always; much; about; like; ones; let; know; said; say; for sure; even; absolutely; totally; super; such; these; those; im; ill; and; plus; ok; message; text; answer; been; being; day; go; come; get; take; make; see; want; need; able; can; could; confirm; up; out; back; off; over; some; any; another; other; than; more; most; because; since; due",
}  # fmt: skip

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "won": 1, "to": 0}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "former": 1, "latter": 2}
WEEKDAYS = ("monday|mon|mondays", "tuesday|tue|tues|tuesdays", "wednesday|wed|weds|wednesdays|wensday",
            "thursday|thu|thur|thurs|thursdays", "friday|fri|fridays", "saturday|sat|saturdays", "sunday|sun|sundays")  # fmt: skip
MONTHS = ("january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug",
          "september|sep|sept", "october|oct", "november|nov", "december|dec")  # fmt: skip
DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
AT = ("at", "around", "by", "the", "@")
SKIPS = ("please", "kindly", "just", "really", "also", "so", "now", "ever", "even", "very", "guys", "fucking", "damn", "goddamn", "freaking", "sir", "actually")
