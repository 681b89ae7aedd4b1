/**
 * 2,048 German words for reading aloud on the telephone, made for Telekonsil: four to ten letters without umlauts or ß,
 * unique in their first four letters, and no two that differ, as they sound, in one letter alone (`lists.test.ts`).
 * Nothing that would frighten beside a patient. The order is part of the protocol.
 */
export const GERMAN: readonly string[] = `
abbau abbiegen abblenden abdruck abend abfahrt abfliegen abgabe abhang abholen abitur abkommen ablauf ableger
abmachung abmessen abnehmen abonnent abpfiff abrede absatz abschied absender abspielen abstand abtasten abtei abwasser
abweg abwurf abzug abzweig achse acht ackerbau addieren adel adler adoption adresse advent advokat affe agentur ahnung
ahorn akademie akkord akrobat aktie aktuell akustik akzent albatros album alchemie algen alibi alpaka alphabet alraune
alster altbau amateur amboss ambulanz ameise ampel ampulle amtlich amulett analyse ananas anbieten andacht andenken
anekdote anfang anfrage angel angler anhalter anis anker anklang ankunft anmeldung anmut annahme annonce anorak
anpassen anprobe anreise anruf ansage anschrift ansicht anspruch anstrich antenne antwort anwalt anzeige aperitif
apotheke applaus april aquarium arbeit archiv arena argument arktis armband arnika aroma arsenal artikel aspekt
asphalt assistent asteroid astronaut atelier atem athlet atlas atmen attrappe aubergine audienz auerhahn aufbruch
aufenthalt aufgabe aufklaren aufmerksam aufnahme aufpassen aufruf aufstieg auftrag aufwand aufzug auge auktion aula
aurora ausblick ausdruck ausflug ausgang auskunft ausritt ausschnitt ausverkauf ausweis autor avocado azalee baby bach
backofen badehose badminton bagger bahnhof balance balkon ballett bambus banane bande banjo bank baracke barbier
bargeld barkasse barock barriere bart basar basis basketball bastler batist batterie baudenkmal bauernhof baum bausatz
beachten beamter becher bedarf bedeuten bedienung beeilen beere befehl befreien befund begabung begegnung beginn
begleiter behaupten beichte beifall beinahe beirat beispiel beitrag bejahen bekannt bekenntnis belag beliebt belohnung
bemerken benachbart benehmen bengel benutzen benzin beobachter bequem berater bereich bergwerk bernstein beruf besatz
bescheid besen besonders bestand besuch beton betrieb bett beule beutel bewahren bewegung bewohner bezahlen bezirk
bezug biathlon bibel bibliothek biegsam biene bierkrug bimsstein biographie biologe birke birnbaum biskuit bison
bistro biwak blase blatt blaubeere blech bleibe blende blick blinker blume bockbier boden bogenlampe bohrer bollwerk
bolzen bonbon bordbuch botanik botschaft boutique bowling boxer brachfeld bratpfanne braun breit bremse brennholz
brezel brief brigade brise brokkoli bronze brosche brot bruch bruder brunnen brust bucht budget bufett bugwelle
bulldogge bungalow buntstift burg bursche busch bussard butter bypass camping cello cembalo chance chaos charme chef
chemie chinakohl code comic computer container cordhose couch cousin cowboy creme curry dachboden dackel dahinter
dahlie damals dame dampfer dankbar dasein datei datum dauer daumen decoder definition dehnen deich dekan deko
delegieren delfin demokratie denkmal depesche depot derb designer dessert detail detektiv deutsch devise dezember
dezimal diadem diagonal dialog diamant dicht diele dienstag digital diktat dimension dinkel diplom direktor dirigent
disco diskus distel diva division doktor dokument dolomit domino donau donner doppel dorf dose dotieren drache draht
drama drang drechsler drehbuch drei dritte drossel druck druide dschunke dudelsack duft dukaten durst dusche dutzend
dynamik ebbe ebenbild ebnen echo edelstein efeu ehrgeiz ehrlich eiche eidechse eidotter eifer eifrig eigentum eilbote
einblick einfall eingang einhorn einigung einkauf einladung einnahme einsicht eintopf einwand einzug eisberg eisdiele
eisenbahn eismeer eissport eistanz eiswaffel eiweiss elch elefant eleganz element elfenbein elfmeter elite ellbogen
eltern email emblem empfang emsig ende endlich endspurt energie engpass enkel ensemble entdecken entgegen entlang
entwurf enzian enzym episode epoche epos erdbeere erdkunde erdnuss ereignis erfinder erfolg erfrischen ergebnis
ergreifen erhalten erhellen erholung erinnern erkenntnis erklingen erlauben ermitteln ermutigen ernst ernte eroberer
errichten ersatz erscheinen erstaunen ertrag erwachen erweitern erzeuger erzgebirge esel espresso essecke esszimmer
estrich etage ethik etikett eukalyptus europa event exempel exotisch experte express extra exzellent fabel fabrik
fachwerk faden fagott fahne fahrrad fairness fakir falke fallschirm falter familie fanfare fangnetz fantasie farbe
farn fasan fasching fassade fastenzeit fauchen faxen februar fechter feder feier feinkost feld felsen fenchel fenster
ferien fernweh fertig festung fetzen feuer fichte figur fiktion filet filiale film finale findling fingerhut fink
firma fisch fitness fixstern fjord flach flagge flamingo flechten fledermaus fleisch flexibel flieder flimmern flitzen
flocke flora flossen flugzeug flunder fluss fohlen fokus folge folklore fonds forderung forelle format forscher foto
fracht fragebogen fraktion franken frau freitag freund frieden frist frohsinn frontal frosch fruchtsaft fuchs fuhre
fundament funken fussball futur gabelung galaxie galerie galopp gamsbart gans garage garderobe garnele garten gasthaus
gatter gaudi gaukler gazelle gebet gebirge gedanke gedeck gefallen geflecht gegend gegner gehalt gehege geist gelassen
gelb gemeinde gemse genau genie genuss geologe geometrie gepard gerade gericht gerste geruch gesang geschenk gesellig
gespann gestern getier getreide gewebe gewitter gewohnheit geysir gezeiten giebelhaus gigant gilde ginster gipfel
gipsbein giraffe girlande gitarre gitterbett glanz glas glaube gleis gletscher glied glimmer glitzern globus gloria
glosse gnom gockel gold golfplatz gondel gorilla gotik graf grammatik granit gratis grauzone gravur greif grenze
griechisch grille grimasse grinsen grotte grube grund guckloch gugelhupf gulasch gummi gurgel gurke gurt guthaben
gutschein gymnasium haar habicht hafer hagel hahnenfuss hainbuche haken halb halogen halstuch hamster hand hangar
hantel harfe harmonie hartholz hase haube hauptstadt haus hautcreme hebel hecke heftig heide heilig heimat heissluft
heizung helikopter hellblau helm hemd herbst herdplatte hergang hering hermelin heroisch herz heuernte heuhaufen heute
hierher hilfe himbeere himmel hindernis hingabe hinten hinweis hirsch hirte hitzefrei hobby hochzeit hocker hoffnung
hofnarr hohlraum holunder holz homepage honig hopfen horchen horizont hornisse hortensie hosenbund hotel hubraum
huckepack hufeisen huhn humor humpen hundert hupe husar hyazinthe hydrant hygiene hymne ideal idee identisch idyll
igel iglu illusion imbiss imker import impuls inbegriff index indigo industrie ingenieur ingwer inhalt initiale inland
innen innig insekt inspektor institut integral inventar irdisch irrgarten isolator isomatte jacke jagdhund jaguar
jahreszeit jalousie jasmin jauchzen jawort jazz jeans jeep jockey jodeln jodler joghurt jongleur journal jubel jugend
juli jumbo jung jurist justiz kabarett kabeljau kabine kachel kaffeehaus kahn kaiser kajak kakao kaktus kalender kalk
kalmar kamera kamin kanal kandidat kante kanzler kapelle kapitel kappe kapuze karamell karbon kardinal karibik
karneval karotte kartoffel karussell kasperl kastanie katalog kathedrale kauf kaugummi kautschuk kavalier kegel keim
keks keller kennwort keramik kerl kernobst kerze kette keuchen kiebitz kiefern kieme kiesel kilometer kimono kinosaal
kiosk kirche kirschbaum kiste kitzeln kiwi klammer klang klapprad klar klaue klavier kleber klee kleid klempner
klettern klima klinik klippe klopfen kloster klotz kluft klumpen knabe knackig kneipe knicks knie knirps knittern
knoblauch knochen knopf knospe knurren knuspern koala kobold kochbuch koffer kohlrabi kokos kolibri kollege kolonie
kombi komet kommode kompass kondor konfetti kontinent konvoi konzert kopfkissen kopie koralle korb kornblume korrektur
korsar kosmos kostbar kotelett kraft kragen krake kranz krater krawatte kreation kreide kreuz kricket krimi kristall
kritik krokus krone kuchen kuckuck kulisse kultur kunde kunst kuppel kurbel kurios kurve kutsche kuvert labor
labyrinth lachs lack ladung lagerfeuer lagune laienspiel lakritze lama lampe landkarte langlauf lappen lasso lastwagen
laterne latte laub laufen launisch lavendel lawine layout leben lebhaft lebkuchen lecker ledersofa leerlauf legende
legierung lehm lehnstuhl leihgabe leise leiter lektion lenkrad leopard lerche lernen leselampe leuchter lexikon
libelle lichtung lieb lieferung liege lift lilie limette limonade linde lineal links literatur litschi lizenz
lobgesang loch lodern logbuch logik lokal lokomotive lorbeer losung lotse lotterie lotus luftig luke lukrativ
lunchpaket lupine lust lutscher luxus luzern lyrik magazin magier magnet mahagoni mahl maiglocke mais makrele maler
mammut management mandel mango manschette marathon marder margerite markt marmor marsch marzipan maschine maske
matador material mathematik matrose maulwurf maurer mauseloch maximal mechanik medaille meditation meer megafon
mehlspeise meile meister melder melisse melken melodie menge mensch mentor merkur merlin messer metall meteor methode
metronom metzger miauen mikado mikrofon milch million mimik mimose mineral minister minute minze mirabelle mispel
mitfahrer mittag mixer mobil modell modisch mofa mogeln mohn mokassin molekel molke moment monat mondschein monitor
monolog montag moosbeere moped moral morgen mosaik moskito most motiv motor mozart muffe mulde mund munter murmel
muschel museum musik mustang mythos nachbar nadelbaum nagellack nahrung naiv napf narzisse naschen nashorn natur
nautik navigator nebelhorn neffe neigung nektar nelke nenner neon nest nettigkeit netz neubau neugier neun nikolaus
nilpferd nische niveau nobel nomade norden nostalgie notenblatt notiz nougat november nuance nudel nugget nummer
nutzen nylon obdach obelisk oberst objekt oboe obst odyssee offizier okapi oktave oktett oktober olive olymp omelett
omnibus opal operette optik orakel orange orchidee ordner organ orient original ornament orthodox ortsname osten
ostsee ozean pachthof packung paddelboot page pagode paket palast palette palme panda panorama panther papagei papier
pappel paprika parade parfum park parlament parmesan partner pass pastete patrouille pauke pavian pazifik pedal
pegasus peilung pelerine pelikan pelzmantel pendel pergola perle person pesto petersilie petunie pfad pfarrer
pfingsten pfirsich pflanze pflicht pforte phantom philosoph phosphor physik piano picknick pilger pilot pilz pinguin
pinsel pinzette pionier pipette pirat pirouette pistazie pizza plakat planet plappern plastik platz plaudern plural
pochen podium poesie pokalsieg polar polizei polka pollenflug polonaise polster pommes pompom ponton pony popcorn
popmusik pore portal porzellan posaune position posthorn praline praxis predigt preis premiere presse priester primel
prinz prisma privat probe produkt profil programm projekt prolog promenade propeller prosa protein prozent psychologe
publikum pudding puder puma punkt pupille puppenhaus purpur purzelbaum puszta putz pyjama pyramide python quadrat
qualle quark quaste quer quintett quirl quitte quiz quotient rabatt rabe radar radfahrer radio raffiniert ragout
rahmen rakete ranger ranzen rascheln raspel rast ratgeber rathaus ration rauch raumschiff raupe realist rechnung
redakteur redlich redner reduzieren reederei referat regal regen regie rehkitz reibe reichtum reifen reinheit reisebus
reitpferd reklame rekord relais relief remise rennbahn rentier reparatur reporter reptil reserve residenz respekt
restaurant resultat retour retter revier revue rezept rhabarber rheinland rhythmus riechen riesenrad rinnsal rippe
risotto ritterburg ritual robinie roboter robust rock rodelbahn roggenbrot rohkost rolltreppe roman rosenkohl rosine
rosmarin roulade route royal rubin rucksack rudern ruhe rumpf rundfunk rustikal rutschbahn saalbau sache safari safran
saft sagenhaft sahneeis saison saite sakko salami salbe salon salto salut salz samba sammler samstag sandale saphir
sardine satellit satin sattel saturn sauber sauerkraut saugen saumpfad sauna savanne saxofon scharf scheune schiff
schlaf schmied schnabel schote schrift schuh schwalbe sechs seefahrt seegras seehund seele seemann seerose segelboot
segment sehenswert seifenoper seil sekunde selbst sellerie seltsam semester semmel sender senf senior senkrecht
separat september serenade serie serpentine serum service sesam sessellift setzling seufzer sextant shampoo sichel
sieben siedler sieger signal silber silhouette silo silvester simpel sinfonie singen sinn siphon sirene sirup sittich
situation skala skateboard skeptisch skizze skorpion skulptur slalom smaragd smoking sofakissen software soja solarium
solist sombrero sommer sonate sonde sonett sopran sorbet sorge sortiment souvenir spachtel spaghetti spalte spanien
spargel spatz spazieren specht speise spektrum spende sperling spiegel spindel spirale splitter sponsor sport
spotlight sprache sprecher springer spross sprudel spurlos staat stabil staffel stahlwerk stammtisch stange station
steak stecker stegreif stehlampe stein stempel steppe sternwarte steuerrad stewardess stiege stift stillleben stimulus
stinktier stipendium stirn stock stoffrest stolz stoppuhr storch strahl strecke strickzeug strom struktur stube
studium stuhl stumpf stunde sturmflut subjekt suchhund sultan summe super surfbrett symbol symmetrie sympathie synonym
system szene tabelle tablett tabu tacho tafelrunde tagebuch takt talent talfahrt talisman tamburin tandem tangente
tankstelle tannenbaum tanz tapete tarantel tarif tasche taste tatkraft tatsache taucher taufe tauglich tauschen
tautropfen taxi teamgeist technik teddy teekanne teeservice teichrose teig teilhaber telefon tempo tendenz tennis
tenor teppich termin terrasse theater thema theorie therme thriller thron thunfisch thymian tiara tiefsee tier tilgen
tinktur tinte tirol tischler titan titel toast tochter toilette toleranz tomate tombola tonleiter tonne topas topf
tornado torso tortenguss torwart total tour trab trachten tradition trainer traktor tramway transport trapez traube
treffen treibhaus trekking trend treppe tresor treue triangel trichter triebwerk trikot trilogie trinken trio triumph
trocken trommel trubel truthahn tuba tuch tukan tulpe tundra tunika tunnel tupfer turban turm turnen turteln tuscheln
typisch ulme umarmung umbau umdrehung umfrage umgebung umhang umlaut umleitung umrahmen umriss umsatz umschlag umsicht
umstand umtausch umweg umzug uniform unikat union universum unsichtbar unten unwetter urheber urknall urkunde urlaub
ursprung urteil urwald vanille variante vegetarier veilchen vektor ventil veranda verbindung verdienst verkehr vers
vertrauen vesper viadukt video vielfalt viereck vignette viking viola virtuos vitamin vitrine vogel vokabel vollmond
voraus vorbild vordach vorfahrt vorgarten vorhang vorjahr vorliebe vormittag vorname vorplatz vorsicht vorteil vorzug
vulkan wachsam wackeln waffel wagen wahlkampf wahrheit wald walfisch walnuss walross walzer wanderer wange wappentier
warenhaus wasser wattenmeer weber webstuhl wechsel weckruf wedel wegrand wegweiser weidenkorb weihnacht weiler wein
weisheit weitblick weizen wellblech welpe weltraum wendekreis wenig werbung werft werk wertvoll weste wettlauf
wetzstein wichtel wicke widder widmung wiegenlied wigwam wikinger wildente willkommen windhund winter winzig wirbel
wirklich wirsing wirt wisent witterung woche wohl wohnung workshop wunder wunsch wurfspeer wurzel xylofon yeti yoga
yucca zackig zahlung zahnrad zander zapfen zauberei zaumzeug zaun zebra zebu zehn zeichen zeit zellstoff zeltplatz
zement zentrum zeppelin zepter zeremonie zettel zicklein ziel zierde zigarre zikade zimbel zimmer zimt zirkel zirpen
zischen zitat zitrone zodiak zollstock zopfband zubringer zucker zufall zufluss zugabe zugspitze zuhause zukunft
zulage zunft zunge zupacken zusammen zuschauer zutritt zuversicht zuzug zwanzig zweck zweifel zwiebel zwilling zwirn
zwitschern zyklus zylinder zypresse
`
  .trim()
  .split(/\s+/);
