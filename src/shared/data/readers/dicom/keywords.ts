/** An attribute that may be asked for. */
export interface Attribute {
  /** As dicom-parser writes it. */
  readonly tag: string;
  /** It says who somebody is, or leads there: never a class, and nothing to be written into a notation. */
  readonly identifying?: boolean;
}

const attribute = (tag: string): Attribute => ({ tag });
const identifying = (tag: string): Attribute => ({ tag, identifying: true });

/**
 * Keywords of the data dictionary (PS3.6) that tell files apart. The whole dictionary has five thousand; what
 * is not here is refused by name, so that nothing is looked for that is never found.
 */
export const KEYWORDS: Readonly<Record<string, Attribute>> = {
  ImageType: attribute('x00080008'),
  SOPClassUID: attribute('x00080016'),
  SOPInstanceUID: identifying('x00080018'),
  StudyDate: identifying('x00080020'),
  AccessionNumber: identifying('x00080050'),
  Modality: attribute('x00080060'),
  ConversionType: attribute('x00080064'),
  PresentationIntentType: attribute('x00080068'),
  Manufacturer: attribute('x00080070'),
  InstitutionName: identifying('x00080080'),
  StationName: identifying('x00081010'),
  StudyDescription: attribute('x00081030'),
  SeriesDescription: attribute('x0008103e'),
  InstitutionalDepartmentName: identifying('x00081040'),
  ManufacturerModelName: attribute('x00081090'),
  PatientName: identifying('x00100010'),
  PatientID: identifying('x00100020'),
  PatientBirthDate: identifying('x00100030'),
  PatientSex: attribute('x00100040'),
  OtherPatientIDs: identifying('x00101000'),
  PatientAge: attribute('x00101010'),
  PatientIdentityRemoved: attribute('x00120062'),
  ContrastBolusAgent: attribute('x00180010'),
  BodyPartExamined: attribute('x00180015'),
  ScanningSequence: attribute('x00180020'),
  SequenceVariant: attribute('x00180021'),
  MRAcquisitionType: attribute('x00180023'),
  SliceThickness: attribute('x00180050'),
  KVP: attribute('x00180060'),
  RepetitionTime: attribute('x00180080'),
  EchoTime: attribute('x00180081'),
  MagneticFieldStrength: attribute('x00180087'),
  DeviceSerialNumber: identifying('x00181000'),
  ProtocolName: attribute('x00181030'),
  FilterType: attribute('x00181160'),
  ConvolutionKernel: attribute('x00181210'),
  PatientPosition: attribute('x00185100'),
  ViewPosition: attribute('x00185101'),
  StudyInstanceUID: identifying('x0020000d'),
  SeriesInstanceUID: identifying('x0020000e'),
  StudyID: identifying('x00200010'),
  SeriesNumber: attribute('x00200011'),
  AcquisitionNumber: attribute('x00200012'),
  InstanceNumber: attribute('x00200013'),
  PatientOrientation: attribute('x00200020'),
  FrameOfReferenceUID: identifying('x00200052'),
  Laterality: attribute('x00200060'),
  ImageLaterality: attribute('x00200062'),
  SamplesPerPixel: attribute('x00280002'),
  PhotometricInterpretation: attribute('x00280004'),
  NumberOfFrames: attribute('x00280008'),
  Rows: attribute('x00280010'),
  Columns: attribute('x00280011'),
  BitsAllocated: attribute('x00280100'),
  BitsStored: attribute('x00280101'),
  PixelRepresentation: attribute('x00280103'),
  BurnedInAnnotation: attribute('x00280301'),
  LossyImageCompression: attribute('x00282110'),
  TransferSyntaxUID: attribute('x00020010'),
};

/** The attribute of a keyword, if it is one that is known. */
export const keyword = (name: string): Attribute | undefined =>
  Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined;

/** Keywords that look like a name: those that begin alike, else the usual ones. */
export function similar(name: string): string[] {
  const begin = name.slice(0, 4).toLowerCase();
  const alike = Object.keys(KEYWORDS).filter((one) => one.toLowerCase().startsWith(begin));
  return alike.length > 0 ? alike : ['Modality', 'BodyPartExamined', 'ViewPosition', 'PatientID'];
}
